import { setImmediate as turn } from 'node:timers/promises';
import type { DestinationChild, FileEntry, SourceEntry } from '../../../src/model/entry.ts';
import { SyncError } from '../../../src/model/errors.ts';
import type { RelPath } from '../../../src/model/path.ts';
import type { Destination, Source } from '../../../src/model/ports.ts';
import { MEMORY_WORDS } from '../../../src/destinations/memory/memory-words.ts';
import type { LedgerRow } from '../../../src/sync/ledger/ledger-row.ts';

/** What happened to the source since the destination got its files. */
export const CHANGES = ['none', 'new', 'folders', 'files', 'chains', 'cycles', 'removed'] as const;
export type Change = (typeof CHANGES)[number];

export interface SyntheticTree {
  readonly change: Change;
  readonly folders: number;
  readonly filesPerFolder: number;
}

/** When all files were put, in milliseconds since 1970: long ago, so that their times say something. */
const PUT_AT = 1_600_000_000_000;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');
const folderName = (letter: 'd' | 'e', folder: number): RelPath => `${letter}${padded(folder, 6)}/`;
const fileName = (slot: number): string => `file-${padded(slot, 4)}.csv`;
const slotOf = (name: string): number => Number(name.slice('file-'.length, -'.csv'.length));
const sizeOf = (file: number): number => 1000 + (file % 7);

/** Where a file of a folder is at the source; undefined: the source does not have it any more. */
const SLOTS: Readonly<Record<Change, (file: number, filesPerFolder: number) => number | undefined>> = {
  none: (file) => file,
  new: (file) => file,
  folders: (file) => file,
  files: (file, filesPerFolder) => file + filesPerFolder,
  chains: (file) => file + 1,
  cycles: (file) => (file % 10 === 9 ? file - 9 : file + 1),
  removed: (file) => (file % 2 === 0 ? file : undefined),
};

const slotAfter = ({ change, filesPerFolder }: SyntheticTree, file: number): number | undefined =>
  SLOTS[change](file, filesPerFolder);

function entryOf(path: RelPath, folder: number, file: number): FileEntry {
  const version = `${sizeOf(file)}-${PUT_AT + file}`;
  return {
    kind: 'file',
    path,
    size: sizeOf(file),
    modifiedMs: PUT_AT,
    version,
    identity: `64769:${1_000_000 + folder * 10_000 + file}:${PUT_AT}:${version}`,
  };
}

/** The rows of a ledger whose run put everything there before the change, folder by folder. */
export function* rowsBefore({ folders, filesPerFolder }: SyntheticTree): Generator<LedgerRow, void> {
  for (let folder = 0; folder < folders; folder++) {
    const path = folderName('d', folder);
    const common = { shownModifiedMs: undefined, pending: false, adopted: false, digest: undefined };
    yield { ...common, path, size: 0, version: '', identity: undefined };
    for (let file = 0; file < filesPerFolder; file++) {
      const { size, version, identity, path: at } = entryOf(path + fileName(file), folder, file);
      const digest = padded(folder * 10_000 + file, 64);
      yield { ...common, path: at, size, version, identity, digest, shownModifiedMs: PUT_AT };
    }
  }
}

/** A source that makes its entries up as it is listed. */
export function syntheticSource(tree: SyntheticTree): Source {
  const { change, folders, filesPerFolder } = tree;
  const bytes = Buffer.alloc(1100);
  const inFolder = (folder: number): SourceEntry[] => {
    const path = folderName(change === 'folders' ? 'e' : 'd', folder);
    const files: { slot: number; file: number }[] = [];
    for (let file = 0; file < filesPerFolder; file++) {
      const slot = slotAfter(tree, file);
      if (slot !== undefined) files.push({ slot, file });
    }
    files.sort((a, b) => a.slot - b.slot);
    return [
      { kind: 'folder', path },
      ...files.map(({ slot, file }) => entryOf(path + fileName(slot), folder, file)),
    ];
  };
  return {
    kind: 'synthetic',
    traits: { isRemote: false, filesAppearWhole: true, sharesIdentities: false },
    label: 'synthetic',
    async *list() {
      for (let folder = 0; folder < folders; folder++) yield inFolder(folder);
      await turn();
    },
    digest: ({ path }) => Promise.resolve(padded(Number(path.replace(/\D/g, '')), 64)),
    read: ({ size }) => Promise.resolve({ size, bytes: bytes.subarray(0, size) }),
    close: () => Promise.resolve(),
  };
}

/** A destination that keeps eight bytes a file, and answers at once. Counts its requests. */
export class SyntheticDestination implements Destination {
  readonly label = 'synthetic://destination/';
  readonly words = MEMORY_WORDS;
  readonly root = '';
  readonly traits = { maxFileBytes: Number.MAX_SAFE_INTEGER } as const;
  requests = 0;
  readonly #tree: SyntheticTree;
  /** For each folder and each name in it: the number of the file there plus one, or 0. */
  readonly #slots: Int32Array;
  /** 0: not there; 1: at its first name; 2: moved. */
  readonly #folders: Uint8Array;
  readonly #hidden = new Map<RelPath, number>();

  constructor(tree: SyntheticTree) {
    this.#tree = tree;
    const { change, folders, filesPerFolder } = tree;
    this.#slots = new Int32Array(folders * 2 * filesPerFolder);
    this.#folders = new Uint8Array(folders);
    if (change === 'new') return;
    this.#folders.fill(1);
    for (let folder = 0; folder < folders; folder++)
      for (let file = 0; file < filesPerFolder; file++)
        this.#slots[folder * 2 * filesPerFolder + file] = file + 1;
  }

  /** Whether everything is where the source has it. */
  get isEqual(): boolean {
    const { change, folders, filesPerFolder } = this.#tree;
    if (this.#hidden.size > 0 || this.#folders.some((at) => at !== (change === 'folders' ? 2 : 1)))
      return false;
    const wanted = new Int32Array(2 * filesPerFolder);
    for (let file = 0; file < filesPerFolder; file++) {
      const slot = slotAfter(this.#tree, file);
      if (slot !== undefined) wanted[slot] = file + 1;
    }
    for (let folder = 0; folder < folders; folder++)
      for (const [slot, file] of wanted.entries())
        if (this.#slots[folder * 2 * filesPerFolder + slot] !== file) return false;
    return true;
  }

  listFolder(path: RelPath): Promise<readonly DestinationChild[] | undefined> {
    this.requests++;
    const { filesPerFolder } = this.#tree;
    if (path === '') {
      const top: DestinationChild[] = [];
      for (const [folder, at] of this.#folders.entries())
        if (at > 0) top.push({ kind: 'folder', name: folderName(at === 1 ? 'd' : 'e', folder).slice(0, -1) });
      return Promise.resolve(top);
    }
    const folder = this.#folderAt(path);
    if (folder === undefined) return Promise.resolve(undefined);
    const children: DestinationChild[] = [];
    for (let slot = 0; slot < 2 * filesPerFolder; slot++) {
      const file = this.#slots[folder * 2 * filesPerFolder + slot]!;
      if (file > 0)
        children.push({ kind: 'file', name: fileName(slot), size: sizeOf(file - 1), modifiedMs: PUT_AT });
    }
    return Promise.resolve(children);
  }

  stat(path: RelPath): Promise<{ size: number; modifiedMs: number } | undefined> {
    this.requests++;
    const file = this.#get(path);
    return Promise.resolve(file > 0 ? { size: sizeOf(file - 1), modifiedMs: PUT_AT } : undefined);
  }

  put(path: RelPath): Promise<undefined> {
    this.requests++;
    this.#set(path, slotOf(path.slice(path.indexOf('/') + 1)) + 1);
    return Promise.resolve(undefined);
  }

  read(): Promise<AsyncIterable<Uint8Array>> {
    throw new SyncError('destination_missing', 'nothing is kept here', { verdict: 'skip_entry' });
  }

  makeFolder(path: RelPath): Promise<undefined> {
    this.requests++;
    this.#folders[Number(path.slice(1, -1))] = 1;
    return Promise.resolve(undefined);
  }

  async move(from: RelPath, to: RelPath): Promise<void> {
    this.requests++;
    if (from.endsWith('/')) {
      this.#folders[Number(from.slice(1, -1))] = to.startsWith('e') ? 2 : 1;
      return;
    }
    const file = this.#get(from);
    if (file === 0) throw refused('destination_missing', from, 'missing');
    if (this.#get(to) > 0) throw refused('destination_taken', to, 'taken');
    this.#set(from, 0);
    this.#set(to, file);
  }

  async remove(path: RelPath): Promise<void> {
    this.requests++;
    if (this.#get(path) === 0) throw refused('destination_missing', path, 'missing');
    this.#set(path, 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #folderAt(path: RelPath): number | undefined {
    const folder = Number(path.slice(1, path.indexOf('/')));
    return this.#folders[folder] === (path.startsWith('d') ? 1 : 2) ? folder : undefined;
  }

  /** The number of the file there plus one, or 0. */
  #get(path: RelPath): number {
    if (path.startsWith('.')) return this.#hidden.get(path) ?? 0;
    return this.#folderAt(path) === undefined ? 0 : this.#slots[this.#index(path)]!;
  }

  #set(path: RelPath, file: number): void {
    if (!path.startsWith('.')) this.#slots[this.#index(path)] = file;
    else if (file === 0) this.#hidden.delete(path);
    else this.#hidden.set(path, file);
  }

  #index(path: RelPath): number {
    const folder = Number(path.slice(1, path.indexOf('/')));
    return folder * 2 * this.#tree.filesPerFolder + slotOf(path.slice(path.indexOf('/') + 1));
  }
}

const refused = (
  code: 'destination_missing' | 'destination_taken',
  path: RelPath,
  fact: 'missing' | 'taken',
): SyncError => new SyncError(code, `refused ${path}`, { verdict: 'skip_entry', fact });
