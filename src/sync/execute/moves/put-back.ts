import type { Problem } from '../../../model/entry.ts';
import { isSyncError, SyncError } from '../../../model/errors.ts';
import { comparePaths, foldersOf, isFolderPath, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { walkDestination } from '../../../remote/walk-folders.ts';
import { isHidden } from '../hidden-names.ts';
import { isInTrash } from '../trash/trash-names.ts';
import type { Learnt } from '../learnt.ts';
import type { Deviation } from '../looks/compare-folder.ts';
import { moveIfFree } from '../uploads/replace.ts';
import type { Remote } from '../../../remote/remote.ts';

/** Listings at the same time: few, since put-backs are rare and may take their time. */
const LOOK_AHEAD = 4;

/**
 * Moves files and folders that went along with a folder back to where they were; `paths` are relative to both folders.
 * A file whose name is taken again stays where it is: it may be the only one of its content. Resolves with these files.
 * Rejects where something could not be moved, after everything else was moved.
 */
export async function putBack(
  remote: Remote,
  from: RelPath,
  to: RelPath,
  paths: readonly RelPath[],
): Promise<RelPath[]> {
  const stayed: RelPath[] = [];
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
    } else if ((await moveIfFree(remote, from + path, place)) === 'kept') stayed.push(path);
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
  return stayed;
}

/** What became of the files of a folder whose names were taken. Paths are relative to the folder. */
export interface TakenNames {
  readonly names: ReadonlySet<RelPath>;
  /** Those that wait in the hidden folder for a person. */
  readonly left: readonly RelPath[];
}

/**
 * Gives a whole folder its name back. Where a folder of that name is there again, the contents are moved into it. Of the files
 * whose names are taken those that `mayGo` are deleted, as if they had been overwritten; never in the trash. What is left of
 * the hidden folder then goes, unless a file is in it. Resolves with undefined where the folder came back as a whole.
 */
export async function putBackFolder(
  remote: Remote,
  from: RelPath,
  to: RelPath,
  mayGo: (path: RelPath) => boolean = () => false,
): Promise<TakenNames | undefined> {
  const free = (await remote.list(to)) === undefined;
  if (free && (await movesWhole(remote, from, to))) return undefined;
  if (free) await remote.makeFolder(to, { begins: false });
  const names = await putBack(remote, from, to, await everythingIn(remote, from));
  const left: RelPath[] = [];
  for (const path of names)
    if (isInTrash(from) || !mayGo(path)) left.push(path);
    else await remote.remove(from + path);
  const rest = await everythingIn(remote, from);
  if (rest.every(isFolderPath)) await removeInside(remote, from, rest);
  return { names: new Set(names), left };
}

/** Whether a file may be deleted from a folder that waited: it may where a look showed it as the one that we put. */
export function isOursIn(deviations: readonly Deviation[]): (path: RelPath) => boolean {
  const theirs = new Set(deviations.map(({ path }) => path));
  return (path) => !theirs.has(path);
}

/** Tells of files that wait in a hidden folder, if there are any. What is in the trash is shown by `trash list`. */
export function tellLeft(
  tally: { problem(path: RelPath, problem: Problem): void },
  folder: RelPath,
  left: readonly RelPath[] = [],
): void {
  if (left.length > 0 && isHidden(folder) && !isInTrash(folder)) tally.problem(folder, leftIn(left));
}

function leftIn(left: readonly RelPath[]): Problem {
  const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
  return {
    code: 'hidden_left_over',
    severity: 'warning',
    message: `holds ${left[0]}${more}, which came into a folder while it was moved or removed, and whose name others took meanwhile: look into it, and move it back or remove it by hand`,
  };
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
  await removeInside(remote, folder, await everythingIn(remote, folder));
}

/** The same where files stay that could not be put back. */
export async function removeAllBut(
  stayed: readonly RelPath[],
  { remote, folder, learnt }: { readonly remote: Remote; readonly folder: RelPath; readonly learnt: Learnt },
): Promise<void> {
  if (stayed.length === 0) return removeFolder(remote, folder, learnt);
  const stays = new Set(stayed.flatMap((path) => [path, ...foldersOf(parentOf(path))]));
  const going = (await everythingIn(remote, folder)).filter((path) => !stays.has(path));
  await removePaths(remote, folder, going);
}

async function removeInside(remote: Remote, folder: RelPath, paths: readonly RelPath[]): Promise<void> {
  await removePaths(remote, folder, paths);
  await remote.remove(folder);
}

/** Files first, then folders from the inside out. */
async function removePaths(remote: Remote, folder: RelPath, paths: readonly RelPath[]): Promise<void> {
  for (const path of paths) if (!isFolderPath(path)) await remote.remove(folder + path);
  for (const path of paths.toReversed()) if (isFolderPath(path)) await remote.remove(folder + path);
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
