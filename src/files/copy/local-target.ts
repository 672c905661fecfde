import type { FileEntry } from '../../model/entry.ts';
import { hasFact, isOfReading, isSyncError, SyncError } from '../../model/errors.ts';
import { foldersOf, parentOf, type RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { Chunks, Clock, Destination, PartialFile, Source } from '../../model/ports.ts';
import type { ListedCopy } from '../../check/first-difference.ts';
import type { CopyFile } from './copy-step.ts';
import type { CopyTarget } from './copy-target.ts';
import type { Shown } from './decide-copy.ts';
import type { OnRead } from './observed-content.ts';
import { canBeResumed, resumedChunks } from './resumed-chunks.ts';

/** A destination whose files can be written piece by piece. */
export type LocalFiles = Destination & { readonly openPartial: NonNullable<Destination['openPartial']> };

export interface LocalTargetOptions {
  readonly destination: LocalFiles;
  /** The same folder as a source, for comparing contents; opened when it is needed. */
  readonly openSource: () => Promise<Source>;
  readonly clock: Clock;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly onRead: OnRead;
}

/** A smaller file is read anew after a kill. */
const RESUMED_BYTES = 8 * 1024 * 1024;
/** How often a file that changes while it is read is read anew. */
const MOST_VERSIONS = 3;
/** Before a file is read anew. */
const PAUSE_MS = 1000;
/** Folders that are known to be there. */
const KNOWN_FOLDERS = 64;

/** A folder of this machine's disk. What is on its way has a hidden name; a large file is gone on with after a kill. */
export class LocalTarget implements CopyTarget {
  readonly setsTimes = true;
  readonly #options: LocalTargetOptions;
  readonly #folders = new Set<RelPath>();
  #source: Promise<Source> | undefined;

  constructor(options: LocalTargetOptions) {
    this.#options = options;
  }

  async look(path: RelPath): Promise<Shown> {
    const { destination, signal } = this.#options;
    const shown = await destination.stat(path, { signal });
    return shown === undefined ? { kind: 'nothing' } : { kind: 'file', ...shown };
  }

  async copyAt(path: RelPath): Promise<ListedCopy | undefined> {
    this.#source ??= this.#options.openSource();
    const source = await this.#source;
    const entry = await source.stat?.(path, { signal: this.#options.signal });
    return entry && { source, entry };
  }

  async hasFolder(folder: RelPath): Promise<boolean> {
    if (this.#folders.has(folder)) return true;
    return (await this.#options.destination.listFolder(folder, this.#options)) !== undefined;
  }

  async makeFolder(folder: RelPath): Promise<boolean> {
    for (const each of foldersOf(folder)) {
      if (this.#folders.has(each)) continue;
      await this.#options.destination.makeFolder(each, this.#options);
      this.#folders.add(each);
      const [oldest] = this.#folders;
      if (this.#folders.size > KNOWN_FOLDERS && oldest !== undefined) this.#folders.delete(oldest);
    }
    return false;
  }

  /** Reads the file, again when it changed meanwhile: its newest version counts. */
  async put(file: CopyFile, { replaces }: { readonly replaces: ShownVersion | undefined }): Promise<void> {
    const { source } = file;
    const { clock, draining, signal } = this.#options;
    let { entry } = file;
    for (let version = 1; ; version++) {
      try {
        await this.#write({ ...file, entry }, { replace: replaces !== undefined });
        return;
      } catch (error) {
        if (isSyncError(error) && error.verdict === 'retry' && isToReadAnew(entry, version)) {
          draining.throwIfAborted();
          await clock.sleep(PAUSE_MS, signal);
          continue;
        }
        if (!hasFact(error, 'changed') || version === MOST_VERSIONS || source.stat === undefined) throw error;
        const now: FileEntry | undefined = await source.stat(entry.path, this.#options);
        if (now === undefined) throw error;
        entry = now;
      }
    }
  }

  async #write(file: CopyFile, how: { readonly replace: boolean }): Promise<void> {
    const { destination, clock, draining, signal, onRead } = this.#options;
    const { source, entry, from, to } = file;
    await this.makeFolder(parentOf(to));
    const isResumed = entry.size >= RESUMED_BYTES && canBeResumed(source, entry);
    // by the place that was found, not by how it was written: `stage:///a` may mean another deployment tomorrow
    const of = isResumed ? JSON.stringify([source.label + entry.path, entry.version]) : undefined;
    let chunks: Chunks | undefined;
    const recycle = (chunk: Uint8Array): void => chunks?.recycle?.(chunk);
    await using partial: PartialFile = await destination.openPartial(to, { of, recycle, signal });
    const { size: offset } = partial;
    let read = offset;
    const tell = (bytes: number): void => onRead({ from, size: entry.size, bytes, read });
    if (offset > 0) tell(0);
    try {
      chunks = resumedChunks({ source, entry, offset, clock, draining, signal });
      for await (const chunk of chunks) {
        await partial.write(chunk);
        read += chunk.byteLength;
        tell(chunk.byteLength);
      }
      await partial.finish({ ...how, modifiedMs: entry.modifiedMs });
    } catch (error) {
      const isUseless = isOfReading(error) && hasFact(error, 'changed', 'gone');
      if (isUseless || hasFact(error, 'taken')) await partial.discard();
      throw hasFact(error, 'taken') && (await this.#hasFolder(to)) ? aFolderHasIt(to) : error;
    }
  }

  async #hasFolder(to: RelPath): Promise<boolean> {
    const { destination, signal } = this.#options;
    return (await destination.listFolder(`${to}/`, { signal }).catch(() => undefined)) !== undefined;
  }
}

const aFolderHasIt = (path: RelPath): SyncError =>
  new SyncError(
    'destination_taken',
    (name) => `${name} cannot be written: a folder has its name; name another DEST, or move the folder away`,
    { verdict: 'skip_entry', fact: 'taken', operation: 'upload', path },
  );

/** A file without a time cannot be gone on with where its reading broke off. */
const isToReadAnew = ({ modifiedMs }: FileEntry, version: number): boolean =>
  modifiedMs === undefined && version < MOST_VERSIONS;
