import { inside } from '../../disk/disk.ts';
import type { Disk } from '../../disk/disk.ts';
import { isSameFile } from '../../disk/file-id.ts';
import type { FileId } from '../../disk/file-id.ts';
import { systemError } from '../../disk/system-errors.ts';

/** A folder as it was found. */
interface Found {
  readonly place: string;
  readonly id: FileId;
}

export interface HoldOptions {
  readonly disk: Disk;
  readonly followSymlinks: boolean;
}

/**
 * A folder that is held open while it is read, so that what is read is that folder, whatever takes its name meanwhile.
 * Where links are followed, or the system cannot read what is open, the folder is read by its name alone.
 */
export class HeldFolder implements Disposable {
  /** Undefined when the folder is not held open. */
  readonly fd: number | undefined;
  readonly #options: HoldOptions;
  readonly #folder: Found;

  /** Throws what the system call does; ENOTDIR also for a link. */
  constructor(options: HoldOptions, folder: Found) {
    this.#options = options;
    this.#folder = folder;
    const { disk, followSymlinks } = options;
    if (disk.placeOf !== undefined && !followSymlinks) this.fd = disk.openFolder(folder.place);
  }

  /**
   * Whether the folder that was read is the one that was found, still has its name, and truly lies in the folder above.
   * False when a link took its name, or that of a folder on the way. Throws what the system call does.
   */
  isIn(parent: Found): boolean {
    const { disk, followSymlinks } = this.#options;
    const { place, id } = this.#folder;
    const now = followSymlinks ? disk.stat(place) : disk.lstat(place);
    if (now === undefined) throw systemError('ENOENT', 'no such folder');
    if (!isSameFile(now, id)) return false;
    if (followSymlinks) return true;
    if (this.fd !== undefined && !isSameFile(disk.fstat(this.fd), id)) return false;
    const above = disk.lstat(inside(this.fd === undefined ? place : disk.placeOf!(this.fd), '..'));
    return above !== undefined && isSameFile(above, parent.id);
  }

  [Symbol.dispose](): void {
    if (this.fd !== undefined) this.#options.disk.close(this.fd);
  }
}
