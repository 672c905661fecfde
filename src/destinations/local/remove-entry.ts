import { setImmediate as turn } from 'node:timers/promises';
import type { WritableDisk, Place } from '../../disk/writable-disk.ts';
import { isFolderPath } from '../../model/path.ts';
import type { CallOptions } from '../../model/ports.ts';
import { destinationError, missing, refused } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import type { TargetFolder } from './target-folder.ts';

const TURN_EVERY = 64;

/** Removes a file, or a folder with everything in it. No link is followed; one inside the folder goes as a link. */
export async function removeEntry(target: TargetFolder, call: DiskCall, options: CallOptions): Promise<void> {
  const removal = new Removal(target.disk, options);
  try {
    if (!target.isThere()) throw missing(call);
    const way = target.found(call.path, () => target.way(call));
    if (way === undefined) throw missing(call);
    try {
      const stats = target.disk.lstat(way.place);
      if (stats === undefined) throw missing(call);
      if (stats.isSymbolicLink()) throw refused(call, 'it is a symbolic link');
      if (stats.isDirectory() !== isFolderPath(call.path)) throw missing(call);
      way.check();
      if (stats.isDirectory()) await removal.folder(way.place);
      else target.disk.removeFile(way.place);
    } finally {
      way.close();
    }
  } catch (error) {
    options.signal.throwIfAborted();
    const told = destinationError(call, error);
    throw removal.count > 0 ? told.with({ inDoubt: true, cause: error }) : told;
  }
}

class Removal {
  /** Files and folders removed so far. */
  count = 0;
  readonly #disk: WritableDisk;
  readonly #options: CallOptions;

  constructor(disk: WritableDisk, options: CallOptions) {
    this.#disk = disk;
    this.#options = options;
  }

  /** Each folder is opened from the one above it, so that no link can lead the removal elsewhere. */
  async folder(place: Place): Promise<void> {
    const disk = this.#disk;
    const fd = disk.placeOf === undefined ? undefined : disk.openFolder(place);
    try {
      const within = fd === undefined ? place : disk.placeOf!(fd);
      for (const { name, kind } of disk.rawChildren(String(within), fd)) {
        const child = Buffer.concat([Buffer.from(within), SLASH, name]);
        if (kind === 'folder') await this.folder(child);
        else {
          disk.removeFile(child);
          await this.#counted();
        }
      }
    } finally {
      if (fd !== undefined) disk.close(fd);
    }
    disk.removeFolder(place);
    await this.#counted();
  }

  async #counted(): Promise<void> {
    if (++this.count % TURN_EVERY !== 0) return;
    await turn();
    this.#options.signal.throwIfAborted();
  }
}

const SLASH = Buffer.from('/');
