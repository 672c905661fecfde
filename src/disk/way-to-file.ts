import { foldersOf, nameOf } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import { inside } from './disk.ts';
import type { Disk } from './disk.ts';
import { isSameFile } from '../sources/local/file-version.ts';
import type { FileId } from '../sources/local/file-version.ts';
import { entryChanged, entryGone } from '../sources/local/local-problems.ts';

export interface WayOptions {
  readonly disk: Disk;
  /** An absolute path. */
  readonly root: string;
  readonly followSymlinks: boolean;
}

/** The way to a file below the root through folders alone. */
export interface Way {
  /** Where the file is to be opened or looked at. */
  readonly place: string;
  /** To be called once that was done. Throws a SyncError when a link was on the way after all. */
  check(): void;
  /** To be called in the end, whatever came between. */
  close(): void;
}

/**
 * Whoever may write in the source can put a link to any place in a folder's stead, at any moment: so each folder is
 * opened from the one above it, and the file from the last, and none of the names is gone through twice. Where the
 * system cannot open from an open folder, the folders on the way are compared before and after.
 *
 * Throws the error of the system call, ENOTDIR where a link is on the way, or a SyncError.
 */
export function openWay(options: WayOptions, path: RelPath): Way {
  const { disk, root, followSymlinks } = options;
  const folders = foldersOf(path);
  if (followSymlinks || folders.length === 0) return { place: inside(root, path), check() {}, close() {} };
  const { placeOf } = disk;
  return placeOf === undefined ? comparedWay(options, path) : openedWay(options, path, placeOf);
}

function openedWay({ disk, root }: WayOptions, path: RelPath, placeOf: (fd: number) => string): Way {
  let place = root;
  let last: number | undefined;
  const close = (): void => {
    if (last !== undefined) disk.close(last);
    last = undefined;
  };
  try {
    for (const folder of foldersOf(path)) {
      const fd = disk.openFolder(inside(place, nameOf(folder)));
      close();
      last = fd;
      place = placeOf(fd);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { place: inside(place, nameOf(path)), check() {}, close };
}

function comparedWay({ disk, root }: WayOptions, path: RelPath): Way {
  const look = (): FileId[] =>
    foldersOf(path).map((folder) => {
      const stats = disk.lstat(inside(root, folder.slice(0, -1)));
      if (stats?.isDirectory() !== true) throw entryGone(path);
      return stats;
    });
  const before = look();
  const check = (): void => {
    const after = look();
    if (!before.every((id, at) => isSameFile(id, after[at]!))) throw entryChanged(path);
  };
  return { place: inside(root, path), check, close() {} };
}
