import { createHash } from 'node:crypto';
import type { FileEntry, Problem, SourceEntry, UnknownEntry } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import {
  comparePaths,
  foldersOf,
  isFolderPath,
  isReservedName,
  isWithin,
  parentOf,
} from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Content, ListOptions, PathFilter, Source } from '../../model/ports.ts';
import { RESERVED_NAME } from '../reserved-names.ts';

export interface MemorySourceOptions {
  readonly label?: string;
  /** Milliseconds since 1970, for files that are written without a time. Default: Date.now. */
  readonly now?: () => number;
}

/** Files in a Map, for tests and examples. Every folder on the way to a file is an entry, as on a disk. */
export interface MemorySource extends Source {
  /** Creates or replaces a file and the folders on the way. Every write is a new version. */
  write(path: RelPath, content: string | Uint8Array, options?: { readonly modifiedMs?: number }): void;
  makeFolder(folder: RelPath): void;
  /** A file, or a folder with everything in it. Its parents stay. */
  remove(path: RelPath): void;
  /** A file or a folder with everything in it; versions and identities stay what they were. */
  move(from: RelPath, to: RelPath): void;
  /** Lists the path as unknown until it is removed. */
  obscure(path: RelPath, covers: UnknownEntry['covers'], problem: Problem): void;
}

interface StoredFile {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
  readonly serial: number;
}

type Stored = StoredFile | 'folder' | UnknownEntry;

const BATCH = 500;
const WHOLE_BYTES = 256 * 1024;
const BLOCK_BYTES = 512 * 1024;

const reserved = (path: RelPath): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'nothing',
  problem: RESERVED_NAME,
});

export function createMemorySource(options: MemorySourceOptions = {}): MemorySource {
  const now = options.now ?? Date.now;
  const stored = new Map<RelPath, Stored>();
  let serial = 0;

  const makeFolders = (path: RelPath): void => {
    for (const folder of foldersOf(path)) if (!stored.has(folder)) stored.set(folder, 'folder');
  };

  const entryOf = (path: RelPath, item: Stored): SourceEntry => {
    if (item === 'folder') return { kind: 'folder', path };
    if ('kind' in item) return { ...item, path };
    return {
      kind: 'file',
      path,
      size: item.bytes.length,
      modifiedMs: item.modifiedMs,
      version: String(item.serial),
      ...(item.bytes.length > 0 && { identity: `memory:${item.serial}` }),
    };
  };

  const select = (filter: PathFilter, within: (path: RelPath) => boolean): SourceEntry[] => {
    const entries: SourceEntry[] = [];
    for (const [path, item] of stored) {
      if (!within(path) || isReservedName(parentOf(path))) continue;
      if (isReservedName(path)) {
        if (filter.rulesOut?.(path) !== true) entries.push(reserved(path));
        continue;
      }
      if (foldersOf(path).some((folder) => filter.prunes(folder))) continue;
      if (!filter.excludes(path)) entries.push(entryOf(path, item));
    }
    return entries.sort((a, b) => comparePaths(a.path, b.path));
  };

  /** The file as it is now, when it is still the one that was listed. */
  const current = (entry: FileEntry): StoredFile => {
    const item = stored.get(entry.path);
    if (item === undefined || item === 'folder' || 'kind' in item)
      throw new SyncError('entry_gone', (name) => `${name} is gone since it was listed`, {
        verdict: 'skip_entry',
        fact: 'gone',
        operation: 'read',
        path: entry.path,
      });
    if (String(item.serial) !== entry.version)
      throw new SyncError('entry_changed', (name) => `${name} changed since it was listed`, {
        verdict: 'skip_entry',
        fact: 'changed',
        operation: 'read',
        path: entry.path,
      });
    return item;
  };

  async function* chunks(entry: FileEntry, bytes: Uint8Array, signal: AbortSignal) {
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      signal.throwIfAborted();
      current(entry);
      yield bytes.slice(start, start + BLOCK_BYTES);
    }
  }

  return {
    kind: 'memory',
    traits: { isRemote: false, filesAppearWhole: false, sharesIdentities: true },
    label: options.label ?? 'memory:',

    async *list({ filter, signal }: ListOptions) {
      const entries = select(filter, () => true);
      for (let start = 0; start < entries.length; start += BATCH) {
        signal.throwIfAborted();
        yield entries.slice(start, start + BATCH);
      }
      signal.throwIfAborted();
    },

    async listFolder(folder, { filter, signal }) {
      signal.throwIfAborted();
      if (folder !== '' && stored.get(folder) !== 'folder') return undefined;
      return select(filter, (path) => path !== folder && parentOf(path) === folder);
    },

    async stat(path, { signal }) {
      signal.throwIfAborted();
      const item = stored.get(path);
      const entry = item === undefined ? undefined : entryOf(path, item);
      return entry?.kind === 'file' ? entry : undefined;
    },

    async read(entry: FileEntry, { signal }: CallOptions): Promise<Content> {
      signal.throwIfAborted();
      const { bytes } = current(entry);
      const size = bytes.length;
      return size <= WHOLE_BYTES
        ? { size, bytes: bytes.slice() }
        : { size, chunks: chunks(entry, bytes, signal) };
    },

    async digest(entry, { signal }) {
      signal.throwIfAborted();
      return createHash('sha256').update(current(entry).bytes).digest('hex');
    },

    async close() {},

    write(path, content, { modifiedMs = now() } = {}) {
      makeFolders(path);
      const bytes = typeof content === 'string' ? Buffer.from(content) : content.slice();
      stored.set(path, { bytes, modifiedMs, serial: ++serial });
    },

    makeFolder: makeFolders,

    remove(path) {
      for (const each of stored.keys())
        if (each === path || (isFolderPath(path) && isWithin(each, path))) stored.delete(each);
    },

    move(from, to) {
      const moving = [...stored].filter(
        ([path]) => path === from || (isFolderPath(from) && isWithin(path, from)),
      );
      makeFolders(to);
      for (const [path, item] of moving) {
        stored.delete(path);
        stored.set(to + path.slice(from.length), item);
      }
    },

    obscure(path, covers, problem) {
      makeFolders(parentOf(path));
      stored.set(path, { kind: 'unknown', path, covers, problem });
    },
  };
}
