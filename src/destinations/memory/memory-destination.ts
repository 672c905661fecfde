import type { DestinationChild } from '../../model/entry.ts';
import { type ErrorCode, type Operation, SyncError, isSyncError } from '../../model/errors.ts';
import { isFolderPath, isWithin, nameOf, parentOf, pathProblem, type RelPath } from '../../model/path.ts';
import type { CallOptions, Content, Destination } from '../../model/ports.ts';
import { MEMORY_WORDS } from './memory-words.ts';

type MemoryCallKind = 'listFolder' | 'stat' | 'put' | 'read' | 'makeFolder' | 'move' | 'remove';

export interface MemoryCall {
  readonly kind: MemoryCallKind;
  readonly path: RelPath;
  readonly to?: RelPath;
}

interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number | undefined;
}

export interface MemoryDestinationOptions extends Partial<Pick<Destination, 'label' | 'words'>> {
  /** '' or ending in '/'. It is not created: a folder is there once something made it. */
  readonly root?: RelPath;
  readonly maxFileBytes?: number;
  /** Milliseconds since 1970; files get it when they are put. */
  readonly now?: () => number;
  /** A put onto an existing file answers 'taken'. */
  readonly refusesOverwrite?: boolean;
  /** A move onto an existing file replaces it instead of answering 'taken'. */
  readonly moveOverwrites?: boolean;
  /** A moved file, and every file in a moved folder, gets a new time instead of keeping its own. */
  readonly moveSetsTime?: boolean;
  /** A move of a folder answers 'refused'; files move. */
  readonly refusesFolderMove?: boolean;
  /** A removal of a folder that is not empty answers 'taken'. */
  readonly removesOnlyEmpty?: boolean;
  /** A file `x` and a folder `x/` may both exist, as in an object store. */
  readonly kindsCoexist?: boolean;
  /** Runs before the call changes anything; what it throws is the call's answer and nothing is done. */
  readonly before?: (call: MemoryCall) => void | Promise<void>;
  /** Runs after the call has done its work; what it throws is a lost reply. */
  readonly after?: (call: MemoryCall) => void | Promise<void>;
}

/** A destination in memory, open for inspection and for changes behind the engine's back. */
export interface MemoryDestination extends Destination {
  readonly files: Map<RelPath, MemoryFile>;
  /** Every folder but the root; each ends in '/'. */
  readonly folders: Set<RelPath>;
  /** Every call made, in order of its start. */
  readonly calls: MemoryCall[];
  count(kind: MemoryCallKind): number;
  /** Puts a file and the folders above it there, as somebody else would. */
  place(path: RelPath, content: string | Uint8Array, modifiedMs?: number): void;
  /** The content as UTF-8, undefined when there is no such file. */
  text(path: RelPath): string | undefined;
}

/** It has the rules of a Stage: no automatic parents, recursive removal, whole folders move, folders outlive files. */
export function createMemoryDestination(options: MemoryDestinationOptions = {}): MemoryDestination {
  const files = new Map<RelPath, MemoryFile>();
  const folders = new Set<RelPath>();
  const calls: MemoryCall[] = [];
  const now = options.now ?? Date.now;
  const hasFolder = (folder: RelPath): boolean => folder === '' || folders.has(folder);

  async function call<T>(what: MemoryCall, { signal }: CallOptions, work: () => T | Promise<T>): Promise<T> {
    signal.throwIfAborted();
    calls.push(what);
    await options.before?.(what);
    signal.throwIfAborted();
    const result = await attempt(what.kind, work);
    await options.after?.(what);
    return result;
  }

  /** A name is free when nothing of the other kind has it. */
  function requirePlace(path: RelPath, kind: 'file' | 'folder'): void {
    requireName(path);
    if (isFolderPath(path) !== (kind === 'folder'))
      throw refusal('refused', path, 'its slash says another kind');
    if (!hasFolder(parentOf(path))) throw refusal('refused', path, 'its folder does not exist');
    if (options.kindsCoexist === true) return;
    const other = isFolderPath(path) ? path.slice(0, -1) : `${path}/`;
    if (files.has(other) || folders.has(other)) throw refusal('refused', path, 'the name is taken');
  }

  const moved = (file: MemoryFile): MemoryFile =>
    options.moveSetsTime === true ? { ...file, modifiedMs: now() } : file;

  function moveFolder(from: RelPath, to: RelPath): void {
    if (options.refusesFolderMove === true)
      throw refusal('refused', from, 'this destination does not move folders');
    if (isWithin(to, from)) throw refusal('refused', from, 'it cannot move into itself');
    if (folders.has(to)) throw refusal('taken', to, 'the target exists');
    for (const folder of [...folders].filter((folder) => isWithin(folder, from))) {
      folders.delete(folder);
      folders.add(to + folder.slice(from.length));
    }
    for (const [path, file] of [...files].filter(([path]) => isWithin(path, from))) {
      files.delete(path);
      files.set(to + path.slice(from.length), moved(file));
    }
  }

  function removeFolder(path: RelPath): void {
    const within = (other: RelPath): boolean => other !== path && isWithin(other, path);
    if (options.removesOnlyEmpty === true && [...folders, ...files.keys()].some(within))
      throw refusal('taken', path, 'it is not empty');
    for (const folder of folders) if (isWithin(folder, path)) folders.delete(folder);
    for (const file of files.keys()) if (isWithin(file, path)) files.delete(file);
  }

  function moveFile(from: RelPath, to: RelPath): void {
    if (files.has(to) && options.moveOverwrites !== true) throw refusal('taken', to, 'the target exists');
    const file = files.get(from)!;
    files.delete(from);
    files.set(to, moved(file));
  }

  return {
    label: options.label ?? 'stage://memory/',
    words: options.words ?? MEMORY_WORDS,
    root: options.root ?? '',
    traits: { maxFileBytes: options.maxFileBytes ?? Number.MAX_SAFE_INTEGER },
    files,
    folders,
    calls,
    count: (kind) => calls.filter((made) => made.kind === kind).length,
    place(path, content, modifiedMs = now()) {
      for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) folders.add(folder);
      files.set(path, { bytes: Buffer.from(content), modifiedMs });
    },
    text: (path) => {
      const file = files.get(path);
      return file === undefined ? undefined : Buffer.from(file.bytes).toString();
    },

    listFolder: (folder, options) =>
      call({ kind: 'listFolder', path: folder }, options, () => {
        if (!hasFolder(folder)) return undefined;
        const children: DestinationChild[] = [];
        for (const path of folders)
          if (parentOf(path) === folder) children.push({ kind: 'folder', name: nameOf(path) });
        for (const [path, { bytes, modifiedMs }] of files)
          if (parentOf(path) === folder)
            children.push({ kind: 'file', name: nameOf(path), size: bytes.byteLength, modifiedMs });
        return children;
      }),
    stat: (path, options) =>
      call({ kind: 'stat', path }, options, () => {
        const file = files.get(path);
        return file === undefined ? undefined : { size: file.bytes.byteLength, modifiedMs: file.modifiedMs };
      }),
    put: (path, content, callOptions) =>
      call({ kind: 'put', path }, callOptions, async () => {
        requirePlace(path, 'file');
        const bytes = await gather(path, content);
        callOptions.signal.throwIfAborted();
        if (options.refusesOverwrite === true && files.has(path))
          throw refusal('taken', path, 'it exists and this destination does not overwrite');
        requirePlace(path, 'file');
        files.set(path, { bytes, modifiedMs: now() });
        return undefined;
      }),
    read: (path, options) =>
      call({ kind: 'read', path }, options, () => {
        const file = files.get(path);
        if (file === undefined) throw refusal('missing', path, 'there is no such file');
        return chunksOf(file.bytes);
      }),
    makeFolder: (folder, options) =>
      call({ kind: 'makeFolder', path: folder }, options, () => {
        requirePlace(folder, 'folder');
        folders.add(folder);
        return undefined;
      }),
    move: (from, to, callOptions) =>
      call({ kind: 'move', path: from, to }, callOptions, () => {
        if (!files.has(from) && !folders.has(from))
          throw refusal('missing', from, 'there is nothing to move');
        requirePlace(to, isFolderPath(from) ? 'folder' : 'file');
        if (isFolderPath(from)) moveFolder(from, to);
        else moveFile(from, to);
      }),
    remove: (path, options) =>
      call({ kind: 'remove', path }, options, () => {
        requireName(path);
        if (files.delete(path)) return;
        if (!folders.has(path)) throw refusal('missing', path, 'there is nothing to remove');
        removeFolder(path);
      }),
    close: () => Promise.resolve(),
  };
}

/** The whole content; its own error when the source gives one, a rejection when the size does not hold. */
async function gather(path: RelPath, content: Content): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  if ('bytes' in content) parts.push(content.bytes);
  else for await (const chunk of content.chunks) parts.push(chunk);
  const bytes = Buffer.concat(parts);
  if (bytes.byteLength !== content.size)
    throw refusal('changed', path, `${bytes.byteLength} bytes came instead of ${content.size}`);
  return bytes;
}

function requireName(path: RelPath): void {
  const problem = pathProblem(path);
  if (problem !== undefined) throw refusal('refused', path, `its path ${problem}`);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

type Refusal = 'missing' | 'taken' | 'refused' | 'changed';

const CODES: Readonly<Record<Refusal, ErrorCode>> = {
  missing: 'destination_missing',
  taken: 'destination_taken',
  refused: 'destination_refused',
  changed: 'entry_changed',
};

const OPERATIONS: Readonly<Record<MemoryCallKind, Operation>> = {
  listFolder: 'list',
  stat: 'look',
  put: 'upload',
  read: 'read',
  makeFolder: 'create_folder',
  move: 'move',
  remove: 'remove',
};

const refusal = (fact: Refusal, path: RelPath, why: string): SyncError =>
  new SyncError(CODES[fact], (name) => `The destination refused ${name}: ${why}.`, {
    verdict: 'skip_entry',
    fact,
    path,
    details: { path },
  });

/** Adds the operation to an error: the code that refuses knows only the path. */
async function attempt<T>(kind: MemoryCallKind, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isRefusal = isSyncError(error) && error.operation === undefined;
    throw isRefusal ? error.with({ operation: OPERATIONS[kind], cause: error.cause }) : error;
  }
}
