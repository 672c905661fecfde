import { isSameFile } from '../../disk/file-id.ts';
import { errnoOf } from '../../disk/system-errors.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import { isFolderPath, isWithin } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import { destinationError, missing, moveUnclear, refused, taken } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { requirePath } from './target-folder.ts';
import type { TargetFolder } from './target-folder.ts';

/**
 * Moves a file or a whole folder to a name that nothing has; a name that is taken meanwhile is not replaced either, as
 * far as the system can do that in one step.
 */
export function moveEntry(target: TargetFolder, from: RelPath, to: RelPath): void {
  const call: DiskCall = { operation: 'move', path: from };
  const onto: DiskCall = { operation: 'move', path: to };
  const kind = isFolderPath(from) ? 'folder' : 'file';
  requirePath(call, from, kind);
  requirePath(onto, to, kind);
  if (kind === 'folder' && isWithin(to, from)) throw refused(call, 'a folder cannot move into itself');
  if (!target.isThere()) throw missing(call);
  const origin = target.found(from, () => target.way(call));
  if (origin === undefined) throw missing(call);
  try {
    requireOrigin(target.disk, call, origin.place, kind);
    const goal = openGoal(target, onto);
    try {
      origin.check();
      goal.check();
      if (kind === 'folder') renameOntoNothing(target.disk, onto, origin.place, goal.place);
      else moveFile(target.disk, onto, origin.place, goal.place);
    } finally {
      goal.close();
    }
  } finally {
    origin.close();
  }
}

function openGoal(target: TargetFolder, onto: DiskCall) {
  try {
    return target.way(onto);
  } catch (error) {
    throw destinationError(onto, error);
  }
}

function requireOrigin(disk: WritableDisk, call: DiskCall, place: string, kind: 'file' | 'folder'): void {
  const stats = disk.lstat(place);
  if (stats === undefined) throw missing(call);
  if (kind === 'folder' ? stats.isDirectory() : stats.isFile()) return;
  if (stats.isDirectory() || stats.isFile()) throw missing(call);
  throw refused(call, 'it is a symbolic link or a device');
}

/** Errors of a file system that gives a file no second name, or not this file. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
]);

/**
 * Gives the file its new name as a second one, which fails when the name is taken, and then removes the old name. A
 * rename would replace a file that came meanwhile.
 */
export function moveFile(disk: WritableDisk, onto: DiskCall, from: string, to: string): void {
  try {
    disk.link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(errnoOf(error))) throw destinationError(onto, error);
    renameOntoNothing(disk, onto, from, to);
    return;
  }
  const linked = disk.lstat(to);
  const stays = disk.lstat(from);
  if (stays === undefined) return;
  if (linked === undefined || !isSameFile(linked, stays)) throw moveUnclear(onto);
  try {
    disk.removeFile(from);
  } catch (error) {
    disk.removeFile(to);
    throw error;
  }
}

/**
 * By one change of the disk: a run that dies has moved the folder, or has not. A folder that comes under the new name right after the
 * look is not lost either: the system replaces an empty one alone.
 */
function renameOntoNothing(disk: WritableDisk, onto: DiskCall, from: string, to: string): void {
  if (disk.lstat(to) !== undefined) throw taken(onto);
  disk.rename(from, to);
}
