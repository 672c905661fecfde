import { isSyncError, SyncError } from '../../../model/errors.ts';
import { comparePaths, foldersOf, isFolderPath, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { walkDestination } from '../../../remote/walk-folders.ts';
import { isInTrash } from '../trash/trash-names.ts';
import { isHidden } from '../hidden-names.ts';
import type { Learnt } from '../learnt.ts';
import type { Remote } from '../../../remote/remote.ts';

/** Listings at the same time: few, since put-backs are rare and may take their time. */
const LOOK_AHEAD = 4;

/**
 * Moves files and folders that went along with a folder back to where they were; `paths` are relative to both folders.
 * Where a name is taken again, the file that has it is newer. The older file is then removed from a hidden folder, as if it
 * had been overwritten; in any other folder, and in the trash, it is left where it is. Resolves with the files whose names were taken. Rejects
 * where something could not be moved, after everything else was moved.
 */
export async function putBack(
  remote: Remote,
  from: RelPath,
  to: RelPath,
  paths: readonly RelPath[],
): Promise<RelPath[]> {
  const dropped: RelPath[] = [];
  const made = new Set<RelPath>();
  const make = async (folders: readonly RelPath[]): Promise<void> => {
    for (const folder of folders) {
      if (!made.has(folder)) await remote.makeFolder(folder, { begins: false });
      made.add(folder);
    }
  };
  let along: RelPath | undefined;
  let failure: SyncError | undefined;
  const back = async (path: RelPath): Promise<void> => {
    const place = to + path;
    await make(foldersOf(parentOf(place)).filter((folder) => folder.startsWith(to)));
    if (isFolderPath(path)) {
      if ((await remote.list(place)) !== undefined) return;
      if (await movesWhole(remote, from + path, place)) along = path;
      else await make([place]);
    } else if ((await remote.stat(place)) === undefined) await remote.move(from + path, place);
    else {
      dropped.push(path);
      if (isHidden(from) && !isInTrash(from)) await remote.remove(from + path);
    }
  };
  for (const path of paths) {
    if (along !== undefined && path.startsWith(along)) continue;
    try {
      await back(path);
    } catch (error) {
      if (!isSyncError(error) || error.verdict !== 'skip_entry') throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return dropped;
}

/**
 * Gives a whole folder its name back. Where a folder of that name is there again, the contents are moved into it. Resolves
 * with the files whose names were taken, or undefined where the folder came back as a whole.
 */
export async function putBackFolder(
  remote: Remote,
  from: RelPath,
  to: RelPath,
): Promise<ReadonlySet<RelPath> | undefined> {
  const free = (await remote.list(to)) === undefined;
  if (free && (await movesWhole(remote, from, to))) return undefined;
  if (free) await remote.makeFolder(to, { begins: false });
  const dropped = await putBack(remote, from, to, await everythingIn(remote, from));
  if (!isInTrash(from) || (await everythingIn(remote, from)).every(isFolderPath))
    await removeEmptied(remote, from);
  return new Set(dropped);
}

/** Resolves with false where the move is refused, as by a destination that does not move folders. */
async function movesWhole(remote: Remote, from: RelPath, to: RelPath): Promise<boolean> {
  try {
    await remote.move(from, to);
    return true;
  } catch (error) {
    if (isSyncError(error) && error.verdict === 'skip_entry' && !error.inDoubt) return false;
    throw error;
  }
}

/** Removes a hidden folder that holds only what may go; from the inside out where only empty folders can be removed. */
export async function removeFolder(remote: Remote, folder: RelPath, learnt: Learnt): Promise<void> {
  if (!learnt.refusesFullFolders) {
    try {
      await remote.remove(folder);
      return;
    } catch (error) {
      if (!isSyncError(error) || error.verdict !== 'skip_entry') throw error;
      learnt.refusesFullFolders = true;
    }
  }
  await removeEmptied(remote, folder);
}

async function removeEmptied(remote: Remote, folder: RelPath): Promise<void> {
  const paths = await everythingIn(remote, folder);
  for (const path of paths) if (!isFolderPath(path)) await remote.remove(folder + path);
  for (const path of paths.reverse()) if (isFolderPath(path)) await remote.remove(folder + path);
  await remote.remove(folder);
}

const unclear = (folder: RelPath, why: string): SyncError =>
  new SyncError('destination_unclear', `what is in ${folder} cannot be told, so it is left alone: ${why}`, {
    verdict: 'skip_entry',
  });

/** All paths in a folder in path order, a folder before its contents. Rejects where some entry of it is unclear. */
async function everythingIn(remote: Remote, folder: RelPath): Promise<RelPath[]> {
  const paths: RelPath[] = [];
  const top = (await remote.list(folder)) ?? [];
  const list = (below: RelPath) => remote.list(folder + below);
  const filter = { excludes: () => false, prunes: () => false };
  const { words } = remote;
  for await (const batch of walkDestination(top, { list, filter, words, lookAhead: LOOK_AHEAD }))
    for (const entry of batch) {
      if (entry.kind === 'unknown') throw unclear(folder, entry.problem.message);
      paths.push(entry.path);
    }
  return paths.sort(comparePaths);
}
