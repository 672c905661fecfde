import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageBeside } from '../../model/errors.ts';
import { isFolderPath, isReservedName, pathProblem } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Remote } from '../../remote/remote.ts';
import { walkDestination } from '../../remote/walk-folders.ts';
import { keptUntil, readEntryName, TRASH } from '../../sync/execute/trash/trash-names.ts';
import type { FileParts } from '../file-changes.ts';

/** A file or folder in the trash. Paths are from the top of the destination; folders end in '/'. */
export interface TrashEntry {
  /** Where it was. */
  readonly path: RelPath;
  /** Where it is now. */
  readonly place: RelPath;
  /** The file beside it that holds its path; absent where its name does. */
  readonly pathFile: RelPath | undefined;
  /** Milliseconds since 1970. */
  readonly removedMs: number;
  readonly untilMs: number;
  /** Bytes of a file; undefined for a folder, in which nobody has looked yet. */
  readonly bytes: number | undefined;
}

/** A folder of the trash whose contents are kept up to one time. */
export interface TrashPeriod {
  readonly folder: RelPath;
  readonly untilMs: number;
}

/** The folders of the trash, the soonest to expire first. None where there is no trash. */
export async function trashPeriods(remote: Remote): Promise<readonly TrashPeriod[]> {
  const children = [...((await remote.list(TRASH)) ?? [])];
  return children
    .flatMap(({ kind, name }) => {
      const untilMs = kind === 'folder' ? keptUntil(name) : undefined;
      return untilMs === undefined ? [] : [{ folder: `${TRASH}${name}/`, untilMs }];
    })
    .sort((a, b) => a.untilMs - b.untilMs);
}

/** All that is in the trash, one listing for each period. What stagesync did not put there is told, and left out. */
export async function* trashEntries({ remote, tally }: FileParts): AsyncGenerator<TrashEntry, void> {
  for (const { folder, untilMs } of await trashPeriods(remote))
    for (const child of (await remote.list(folder)) ?? []) {
      const name = child.kind === 'folder' ? `${child.name}/` : child.name;
      const read = child.kind === 'unknown' ? ({ kind: 'foreign' } as const) : readEntryName(name);
      if (read.kind === 'pathFile') continue;
      if (read.kind === 'foreign') {
        tally.problem(folder + name, FOREIGN);
        continue;
      }
      const pathFile = 'pathFile' in read ? folder + read.pathFile : undefined;
      const path = 'path' in read ? read.path : await longPath(remote, folder + read.pathFile, name);
      if (typeof path !== 'string' || !isPlace(path)) {
        tally.problem(folder + name, typeof path === 'string' ? FOREIGN : path);
        continue;
      }
      const bytes = child.kind === 'file' ? child.size : undefined;
      yield { path, place: folder + name, pathFile, removedMs: read.removedMs, untilMs, bytes };
    }
}

/**
 * What of an entry a person means who names a path: all of it, or what the path names in a folder that went as a whole. A path
 * of a folder may lack its slash; '' is all.
 */
export async function meantBy(
  asked: RelPath,
  entry: TrashEntry,
  { remote }: FileParts,
): Promise<readonly TrashEntry[]> {
  const path = withoutEnd(asked);
  if (path === '' || withoutEnd(entry.path) === path || entry.path.startsWith(`${path}/`)) return [entry];
  if (!isFolderPath(entry.path) || !path.startsWith(entry.path)) return [];
  const place = entry.place + path.slice(entry.path.length);
  const file = await remote.stat(place);
  if (file !== undefined) return [{ ...entry, path, place, pathFile: undefined, bytes: file.size }];
  if (!(await remote.exists(`${place}/`))) return [];
  return [{ ...entry, path: `${path}/`, place: `${place}/`, pathFile: undefined }];
}

export const withoutEnd = (path: RelPath): RelPath => (isFolderPath(path) ? path.slice(0, -1) : path);

/** Whether something can be moved there: no name of others leads out of the Stage, or into what is hidden. */
const isPlace = (path: RelPath): boolean => pathProblem(path) === undefined && !isReservedName(path);

/** The path that is written beside an entry. */
async function longPath(remote: Remote, file: RelPath, name: string): Promise<RelPath | Problem> {
  try {
    const parts: Uint8Array[] = [];
    for await (const part of await remote.read(file)) parts.push(part);
    const { path } = JSON.parse(Buffer.concat(parts).toString()) as { path?: unknown };
    if (typeof path === 'string' && isFolderPath(path) === isFolderPath(name)) return path;
    return unknownPath('it holds no path');
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'end_run') throw error;
    return unknownPath(isSyncError(error) ? messageBeside(file, error) : 'it holds no path');
  }
}

/** How many files a folder in the trash holds, and their bytes. */
export async function sizeOf(
  { remote, gate }: FileParts,
  { place, bytes }: Pick<TrashEntry, 'place' | 'bytes'>,
): Promise<{ readonly files: number; readonly bytes: number }> {
  if (bytes !== undefined) return { files: 1, bytes };
  const sum = { files: 0, bytes: 0 };
  for await (const { size } of filesIn(remote, place, gate.lanes)) {
    sum.files++;
    sum.bytes += size;
  }
  return sum;
}

/** The files in a folder, with their paths in it. What cannot be listed is left out. */
export async function* filesIn(
  remote: Remote,
  folder: RelPath,
  lookAhead: number,
): AsyncGenerator<{ readonly path: RelPath; readonly size: number }, void> {
  const walk = walkDestination((await remote.list(folder)) ?? [], {
    list: (below) => remote.list(folder + below),
    filter: { excludes: () => false, prunes: () => false },
    words: remote.words,
    lookAhead,
  });
  for await (const entries of walk) for (const entry of entries) if (entry.kind === 'file') yield entry;
}

const FOREIGN: Problem = {
  code: 'hidden_left_over',
  severity: 'warning',
  message: 'no stagesync put it into the trash; it is left alone, and goes with what expires beside it',
};

const unknownPath = (why: string): Problem => ({
  code: 'listing_unclear',
  severity: 'failure',
  message: `where it was cannot be told, for the file with its path cannot be read: ${why}; move it by hand`,
});
