import { basename, dirname, join } from 'node:path';
import { inside } from '../../disk/disk.ts';
import { isSameFile } from '../../disk/file-id.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import type { NameFolding } from '../../model/name-folding.ts';

export interface FoldingOptions {
  readonly disk: WritableDisk;
  /** An absolute path. */
  readonly root: string;
  /** A name for a file that is made to find out, and removed at once; undefined: nothing may be made. */
  readonly trial: string | undefined;
}

const COMPOSED = '\u00e9';

/**
 * Which names the file system under a folder takes for one. It is tried with a file where one may be made; otherwise it is told
 * by the names of the folder and of those above it, and for the forms of Unicode by the system.
 */
export async function findFolding({ disk, root, trial }: FoldingOptions): Promise<NameFolding> {
  if (trial !== undefined)
    try {
      return await tryWithFile(disk, inside(root, trial));
    } catch {
      // a folder that is not there yet, or may not be written to: the names that are there tell something too
    }
  return { case: foldsCaseAbove(disk, root), forms: disk.composesNames };
}

async function tryWithFile(disk: WritableDisk, place: string): Promise<NameFolding> {
  const name = `${place}${COMPOSED}`;
  await (await disk.create(name)).close();
  try {
    const made = disk.lstat(name);
    const isIt = (other: string): boolean => {
      const found = disk.lstat(other);
      return made !== undefined && found !== undefined && isSameFile(made, found);
    };
    const upper = inside(dirname(name), basename(name).toUpperCase());
    return { case: isIt(upper), forms: isIt(name.normalize('NFD')) };
  } finally {
    disk.removeFile(name);
  }
}

/** Whether a folder on the way to the root, on its file system, is found by its name in other letters too. */
function foldsCaseAbove(disk: WritableDisk, root: string): boolean {
  let device: bigint | undefined;
  for (let at = root; at !== dirname(at); at = dirname(at)) {
    const stats = disk.stat(at);
    if (stats === undefined) continue;
    device ??= stats.dev;
    const above = disk.stat(dirname(at));
    if (above?.dev !== device) return false;
    const name = basename(at);
    const swapped = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    if (swapped === name) continue;
    const found = disk.stat(join(dirname(at), swapped));
    return found !== undefined && isSameFile(found, stats);
  }
  return false;
}
