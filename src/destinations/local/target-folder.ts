import { isSameFile } from '../../disk/file-id.ts';
import type { FileId } from '../../disk/file-id.ts';
import { errnoOf, systemError } from '../../disk/system-errors.ts';
import { openFolderWay, openWay } from '../../disk/way-to-file.ts';
import type { FolderWay, Way, WayOptions } from '../../disk/way-to-file.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import { inside } from '../../disk/disk.ts';
import { foldersOf, isFolderPath, pathProblem } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import { destinationError, refused, rootMissing, rootReplaced, rootTaken } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';

export interface TargetFolderOptions {
  readonly disk: WritableDisk;
  /** An absolute path. */
  readonly root: string;
  /** Whether the folder is made, with those above it, when something is to be put into it and it is not there. */
  readonly create: boolean;
}

/**
 * The folder that a local destination writes to. No path leads out of it: names are checked, no link is followed, and
 * the folder has to stay the same folder.
 */
export class TargetFolder {
  readonly disk: WritableDisk;
  readonly #options: TargetFolderOptions;
  #way: WayOptions;
  #id: FileId | undefined;
  /** The folder itself, open: whatever comes to have its name, or that of a folder above it, nothing else is written to. */
  #fd: number | undefined;

  constructor(options: TargetFolderOptions) {
    this.disk = options.disk;
    this.#options = options;
    this.#way = { disk: options.disk, root: options.root, followSymlinks: false };
  }

  /** An absolute path. */
  get root(): string {
    return this.#options.root;
  }

  /**
   * Whether the folder is there. Throws when it is not and may not be made, when something else has its name, or when
   * it is another folder than before: the disk under it may be gone.
   */
  isThere(): boolean {
    const { disk, root, create } = this.#options;
    let stats;
    try {
      stats = disk.stat(root);
    } catch (error) {
      throw destinationError({ operation: 'look', path: root }, error).with({ verdict: 'end_run' });
    }
    if (stats === undefined) {
      if (this.#id !== undefined) throw rootReplaced(root);
      if (!create) throw rootMissing(root);
      return false;
    }
    if (!stats.isDirectory()) throw rootTaken(root);
    this.#id ??= { dev: stats.dev, ino: stats.ino };
    if (!isSameFile(stats, this.#id)) throw rootReplaced(root);
    if (this.#fd === undefined && disk.placeOf !== undefined) this.#hold(disk.placeOf);
    return true;
  }

  #hold(placeOf: (fd: number) => string): void {
    const { disk, root } = this.#options;
    try {
      // the root itself may be a link: its own last name is followed, by the slash and the dot
      const fd = disk.openFolder(`${root}/.`);
      if (!isSameFile(disk.fstat(fd), this.#id!)) {
        disk.close(fd);
        throw rootReplaced(root);
      }
      this.#fd = fd;
      this.#way = { ...this.#way, root: placeOf(fd) };
    } catch (error) {
      throw destinationError({ operation: 'look', path: root }, error).with({ verdict: 'end_run' });
    }
  }

  close(): void {
    if (this.#fd !== undefined) this.disk.close(this.#fd);
    this.#fd = undefined;
    this.#way = { ...this.#way, root: this.#options.root };
  }

  /** Throws as `isThere` does, and the error of the system call. */
  make(): void {
    if (this.isThere()) return;
    this.disk.makeFolders(this.#options.root);
    this.isThere();
  }

  /** The way to what `path` names. Throws the error of the system call, or a SyncError for a path that is none. */
  way(call: DiskCall, path: RelPath = call.path): Way {
    requireName(call, path);
    return openWay(this.#way, path);
  }

  /** The way into `folder`, which is '' or ends in '/'. Throws as `way` does. */
  folderWay(call: DiskCall, folder: RelPath = call.path): FolderWay {
    if (folder !== '') requireName(call, folder);
    return openFolderWay(this.#way, folder);
  }

  /**
   * What `open` gives, or undefined where there is nothing of that path. A link on the way is no proof of absence:
   * links are not followed, and the file may exist behind one. Then, and after any other failure, throws the error of
   * `open`.
   */
  found<T>(path: RelPath, open: () => T): T | undefined {
    try {
      return open();
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      if (errnoOf(error) !== 'ENOTDIR') throw error;
      for (const folder of foldersOf(path)) {
        const stats = this.disk.lstat(inside(this.#way.root, folder.slice(0, -1)));
        if (stats?.isSymbolicLink()) throw systemError('ELOOP', 'a link is on the way');
        if (stats?.isDirectory() !== true) break;
      }
      return undefined;
    }
  }
}

function requireName(call: DiskCall, path: RelPath): void {
  const problem = pathProblem(path);
  if (problem !== undefined) throw refused(call, `its path ${problem}`);
}

/** Refuses a text that is no path, and a path whose last slash says another kind. */
export function requirePath(call: DiskCall, path: RelPath, kind: 'file' | 'folder'): void {
  requireName(call, path);
  if (isFolderPath(path) !== (kind === 'folder')) throw refused(call, `its path is not that of a ${kind}`);
}
