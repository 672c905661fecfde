import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import type { MemoryCall, MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import type { WritableDisk } from '../../../src/disk/writable-disk.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { localTree } from '../trees/local-tree.ts';

/** What tests look at, and change behind the engine's back, in a destination. Paths are full paths. */
export type Inspected = Pick<MemoryDestination, 'calls' | 'place' | 'text'> & {
  /** All that is there, hidden names too: folders end in '/' and hold ''. */
  contents(): Map<string, string>;
  makeFolders(folder: string): void;
};

export function inspectedMemory(stage: MemoryDestination): Inspected {
  const { calls, files, folders } = stage;
  return {
    calls,
    place: (...file) => stage.place(...file),
    text: (path) => stage.text(path),
    contents() {
      const found = new Map<string, string>();
      for (const folder of folders) found.set(folder, '');
      for (const path of files.keys()) found.set(path, stage.text(path)!);
      return found;
    },
    makeFolders(path) {
      const parts = path.split('/').slice(0, -1);
      parts.forEach((_, i) => folders.add(`${parts.slice(0, i + 1).join('/')}/`));
    },
  };
}

export interface InspectedDirectory extends Inspected, Disposable {
  readonly root: string;
  readonly destination: Destination;
  /** The same directory as another process opens it. */
  open(disk?: WritableDisk): Promise<Destination>;
}

export interface InspectedDirectoryOptions {
  /** Milliseconds since 1970: the time of what is placed. */
  readonly now: () => number;
  readonly before?: ((call: MemoryCall) => void) | undefined;
  readonly after?: ((call: MemoryCall) => void) | undefined;
}

const OWNER = '0123456789ab';
/** Files from so many bytes on are gone on with: of the random trees some. */
const RESUMED_BYTES = 12;

/** A temporary directory as a destination, whose calls are told. Disposing removes it. */
export async function inspectedDirectory(options: InspectedDirectoryOptions): Promise<InspectedDirectory> {
  const tree = localTree();
  const calls: MemoryCall[] = [];
  const open = async (disk?: WritableDisk): Promise<Destination> =>
    told(
      await openLocalDestination({ root: tree.root, owner: () => OWNER, resumedBytes: RESUMED_BYTES }, disk),
      calls,
      options,
    );
  return {
    root: tree.root,
    destination: await open(),
    open,
    calls,
    contents: () => contentsOf(tree.root),
    text(path) {
      try {
        return fs.readFileSync(tree.at(path), 'utf8');
      } catch {
        return undefined;
      }
    },
    place(path, content, modifiedMs = options.now()) {
      fs.mkdirSync(dirname(tree.at(path)), { recursive: true });
      fs.writeFileSync(tree.at(path), content);
      fs.utimesSync(tree.at(path), modifiedMs / 1000, modifiedMs / 1000);
    },
    makeFolders: (path) => tree.makeFolder(path),
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

/** Every file of a directory with its content, and every folder. */
export function contentsOf(root: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const place = join(entry.parentPath, entry.name);
    const path = place.slice(root.length + 1);
    if (entry.isDirectory()) found.set(`${path}/`, '');
    else found.set(path, fs.readFileSync(place, 'utf8'));
  }
  return found;
}

function told(
  destination: Destination,
  calls: MemoryCall[],
  { before, after }: InspectedDirectoryOptions,
): Destination {
  const call = async <T>(made: MemoryCall, work: () => Promise<T>): Promise<T> => {
    calls.push(made);
    before?.(made);
    const result = await work();
    after?.(made);
    return result;
  };
  return {
    label: destination.label,
    words: destination.words,
    root: destination.root,
    traits: destination.traits,
    sweepPartial: destination.sweepPartial?.bind(destination),
    openPartial: destination.openPartial?.bind(destination),
    folding: destination.folding?.bind(destination),
    listFolder: (path, options) =>
      call({ kind: 'listFolder', path }, () => destination.listFolder(path, options)),
    stat: (path, options) => call({ kind: 'stat', path }, () => destination.stat(path, options)),
    put: (path, content, options) =>
      call({ kind: 'put', path }, () => destination.put(path, content, options)),
    read: (path, options) => call({ kind: 'read', path }, () => destination.read(path, options)),
    makeFolder: (path, options) =>
      call({ kind: 'makeFolder', path }, () => destination.makeFolder(path, options)),
    move: (path, to, options) => call({ kind: 'move', path, to }, () => destination.move(path, to, options)),
    remove: (path, options) => call({ kind: 'remove', path }, () => destination.remove(path, options)),
    close: () => destination.close(),
  };
}
