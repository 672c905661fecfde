import { foldersOf, nameOf, parentOf } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import { inside } from './disk.ts';
import type { Disk } from './disk.ts';
import { isSameFile } from './file-id.ts';
import type { FileId } from './file-id.ts';
import { systemError } from './system-errors.ts';

export interface WayOptions {
  readonly disk: Disk;
  /** An absolute path. */
  readonly root: string;
  readonly followSymlinks: boolean;
}

/** The way to a file or folder below the root through folders alone. */
export interface Way {
  /** Where it is to be opened, made or looked at. */
  readonly place: string;
  /** The caller calls it after that. Throws ELOOP or ENOTDIR when a link was on the way after all. */
  check(): void;
  /** The caller calls it at the end, after an error too. */
  close(): void;
}

/** The way to a folder, the folder included. */
export interface FolderWay extends Way {
  /** Where the system can open from an open folder: the folder itself, open. */
  readonly fd: number | undefined;
}

/**
 * The way to what `path` names: a file, or a folder, which is not opened itself. Throws the error of the system call,
 * ENOTDIR where a link is on the way.
 */
export function openWay(options: WayOptions, path: RelPath): Way {
  const way = openFolderWay(options, parentOf(path));
  return { ...way, place: inside(way.place, nameOf(path)) };
}

/**
 * The way into a folder. Whoever may write below the root can replace a folder by a link to any place, at any moment. So
 * each folder is opened from the open folder above it, and an entry from the last of them: no name is looked up twice.
 * Where the system cannot open from an open folder, the folders on the way are compared before and after.
 *
 * `folder` is '' or ends in '/'. Throws the error of the system call, ENOTDIR where a link is on the way.
 */
export function openFolderWay(options: WayOptions, folder: RelPath): FolderWay {
  const { disk, root, followSymlinks } = options;
  if (folder === '') return byName(root);
  if (followSymlinks) return byName(inside(root, folder.slice(0, -1)));
  const { placeOf } = disk;
  return placeOf === undefined ? comparedWay(options, folder) : openedWay(options, folder, placeOf);
}

const byName = (place: string): FolderWay => ({ place, fd: undefined, check() {}, close() {} });

function openedWay({ disk, root }: WayOptions, folder: RelPath, placeOf: (fd: number) => string): FolderWay {
  let place = root;
  let last: number | undefined;
  const close = (): void => {
    if (last !== undefined) disk.close(last);
    last = undefined;
  };
  try {
    for (const each of foldersOf(folder)) {
      const fd = disk.openFolder(inside(place, nameOf(each)));
      close();
      last = fd;
      place = placeOf(fd);
    }
  } catch (error) {
    close();
    throw error;
  }
  return { place, fd: last, check() {}, close };
}

function comparedWay({ disk, root }: WayOptions, folder: RelPath): FolderWay {
  const look = (): FileId[] =>
    foldersOf(folder).map((each) => {
      const stats = disk.lstat(inside(root, each.slice(0, -1)));
      if (stats === undefined) throw systemError('ENOENT', 'no such folder');
      if (!stats.isDirectory()) throw systemError('ENOTDIR', 'not a folder');
      return stats;
    });
  const before = look();
  const check = (): void => {
    const after = look();
    if (!before.every((id, at) => isSameFile(id, after[at]!)))
      throw systemError('ELOOP', 'a folder on the way was replaced');
  };
  return { ...byName(inside(root, folder.slice(0, -1))), check };
}
