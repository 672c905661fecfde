import { resolve } from 'node:path';
import { inside } from '../../disk/disk.ts';
import { FolderSyncs } from '../../disk/folder-syncs.ts';
import { inSlices } from '../../disk/time-slice.ts';
import { realWritableDisk } from '../../disk/writable-disk.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import type { DestinationChild } from '../../model/entry.ts';
import type { Operation } from '../../model/errors.ts';
import { isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { NameFolding } from '../../model/name-folding.ts';
import type {
  CallOptions,
  Content,
  Destination,
  DestinationTraits,
  FolderBefore,
  PartialFile,
  PartialOptions,
  PutOptions,
  StoredFile,
} from '../../model/ports.ts';
import { DIRECTORY_WORDS } from './directory-words.ts';
import { destinationError, refused, taken } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { findFolding } from './find-folding.ts';
import { listChildren } from './list-children.ts';
import { moveEntry } from './move-entry.ts';
import { openPartialFile } from './open-partial.ts';
import { readFile } from './read-file.ts';
import { removeEntry } from './remove-entry.ts';
import { TargetFolder, requirePath } from './target-folder.ts';
import { ResumableFiles } from './resumable-files.ts';
import { TemporaryNames } from './temporary-names.ts';
import { writeFile } from './write-file.ts';
import type { WritePlace } from './write-file.ts';

export interface LocalDestinationOptions {
  /** A folder; a relative path starts at the current folder. It may itself be a symbolic link. */
  readonly root: string;
  /** Makes the folder, and those above it, with the first change when it is not there. Default: it has to be there. */
  readonly create?: boolean;
  /**
   * Who writes here, as `newOwner` names one; asked when it is needed, and undefined while nobody is known. Nobody else may use
   * the name at the same time: what an earlier run of the owner left half written is removed when a listing shows it.
   */
  readonly owner?: (() => string | undefined) | undefined;
  /** A file from so many bytes on is gone on with by the next run of the owner after a kill. Default: 8 MiB. */
  readonly resumedBytes?: number | undefined;
}

const RESUMED_BYTES = 8 * 1024 * 1024;

/**
 * A directory as a destination. Rejects with `destination_missing`, `destination_taken` or `destination_denied` when it
 * cannot be one. `disk` is for tests: the system calls.
 */
export async function openLocalDestination(
  options: LocalDestinationOptions,
  disk: WritableDisk = realWritableDisk,
): Promise<Destination> {
  const root = resolve(options.root);
  const target = new TargetFolder({ disk, root, create: options.create === true });
  target.isThere();
  const { owner = () => undefined, resumedBytes: leastBytes = RESUMED_BYTES } = options;
  const place = { target, names: new TemporaryNames(Date.now(), owner), syncs: new FolderSyncs(disk) };
  return new LocalDestination(root, place, new ResumableFiles({ ...place, owner, leastBytes }));
}

/** What was put outlasts a crash of the machine once `put` has resolved; what was made, moved or removed may not. */
class LocalDestination implements Destination {
  readonly label: string;
  readonly words = DIRECTORY_WORDS;
  readonly root: RelPath = '';
  readonly traits: DestinationTraits = {
    maxFileBytes: Number.MAX_SAFE_INTEGER,
    movesFolders: true,
    keepsTimes: true,
    takesTimes: true,
    exactTimes: true,
    overwrites: true,
    looksCostNothing: true,
  };
  readonly #target: TargetFolder;
  readonly #names: TemporaryNames;
  readonly #place: WritePlace;
  readonly #resumable: ResumableFiles;

  constructor(label: string, place: WritePlace, resumable: ResumableFiles) {
    this.label = label;
    this.#target = place.target;
    this.#names = place.names;
    this.#place = place;
    this.#resumable = resumable;
  }

  listFolder(folder: RelPath, { signal }: CallOptions): Promise<readonly DestinationChild[] | undefined> {
    return this.#call('list', folder, signal, async (call) => {
      if (folder !== '') requirePath(call, folder, 'folder');
      // A target that the first change will make counts as an empty folder.
      if (!this.#target.isThere()) return folder === '' ? [] : undefined;
      const way = this.#target.found(folder, () => this.#target.folderWay(call));
      if (way === undefined) return undefined;
      try {
        const { disk } = this.#target;
        const isHidden = (name: string): boolean =>
          this.#names.isInUse(name) || this.#resumable.hides(folder, name);
        const children = await inSlices(listChildren({ disk, way, isHidden }), signal);
        return children.filter((child) => !this.#isClearedAway(child, way));
      } finally {
        way.close();
      }
    });
  }

  stat(path: RelPath, { signal }: CallOptions) {
    return this.#call('look', path, signal, (call) => {
      if (isFolderPath(path) || !this.#target.isThere()) return undefined;
      const way = this.#target.found(path, () => this.#target.way(call));
      if (way === undefined) return undefined;
      try {
        const stats = this.#target.disk.lstat(way.place);
        way.check();
        if (stats === undefined || stats.isDirectory()) return undefined;
        if (!stats.isFile()) throw refused(call, 'it is a symbolic link or a device');
        return { size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) };
      } finally {
        way.close();
      }
    });
  }

  async put(path: RelPath, content: Content, options: PutOptions): Promise<StoredFile> {
    options.signal.throwIfAborted();
    const call: DiskCall = { operation: 'upload', path };
    if (this.#resumable.takes(path, content)) return this.#resumable.write(call, content, options);
    return writeFile(this.#place, call, content, options);
  }

  async openPartial(path: RelPath, options: PartialOptions & CallOptions): Promise<PartialFile> {
    options.signal.throwIfAborted();
    return openPartialFile(this.#place, { operation: 'upload', path }, options);
  }

  async read(path: RelPath, options: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    options.signal.throwIfAborted();
    return readFile(this.#target, { operation: 'read', path }, options);
  }

  makeFolder(folder: RelPath, { signal }: CallOptions): Promise<FolderBefore> {
    return this.#call('create_folder', folder, signal, (call) => {
      requirePath(call, folder, 'folder');
      this.#target.make();
      const way = this.#target.way(call);
      try {
        const before = this.#target.disk.lstat(way.place);
        if (before === undefined) this.#target.disk.makeFolder(way.place);
        way.check();
        if (this.#target.disk.lstat(way.place)?.isDirectory() !== true) throw taken(call);
        return before === undefined ? undefined : 'was_there';
      } finally {
        way.close();
      }
    });
  }

  move(from: RelPath, to: RelPath, { signal }: CallOptions): Promise<void> {
    return this.#call('move', from, signal, () => moveEntry(this.#target, from, to));
  }

  async remove(path: RelPath, options: CallOptions): Promise<void> {
    options.signal.throwIfAborted();
    return removeEntry(this.#target, { operation: 'remove', path }, options);
  }

  async sweepPartial({ signal }: CallOptions): Promise<void> {
    signal.throwIfAborted();
    if (this.#target.isThere()) this.#resumable.sweep();
  }

  async folding(): Promise<NameFolding> {
    const { disk, root } = this.#target;
    // who has no owner's name looks only, as a dry run does
    const trial = this.#names.hasOwner && this.#target.isThere() ? this.#names.take() : undefined;
    try {
      return await findFolding({ disk, root, trial });
    } finally {
      if (trial !== undefined) this.#names.release(trial);
    }
  }

  async close(): Promise<void> {
    this.#target.close();
  }

  /** Removes what an earlier run of the owner left half written. */
  #isClearedAway(child: DestinationChild, way: FolderWay): boolean {
    if (child.kind !== 'file' || !this.#names.isLeftByOwner(child.name)) return false;
    try {
      way.check();
      this.#target.disk.removeFile(inside(way.place, child.name));
      return true;
    } catch {
      // it is shown, and told as left over
      return false;
    }
  }

  async #call<T>(
    operation: Operation,
    path: RelPath,
    signal: AbortSignal,
    work: (call: DiskCall) => T | Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const call: DiskCall = { operation, path };
    try {
      return await work(call);
    } catch (error) {
      signal.throwIfAborted();
      throw destinationError(call, error);
    }
  }
}
