import { isWithin, nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Move } from './order-moves.ts';

/** What the choice needs to know about folders; answered from the plan in the making. */
export interface FolderFacts {
  /** The number of files below `folder` when all of them are freed and nothing else is in it; undefined otherwise. */
  whole(folder: RelPath): number | undefined;
  /** The source has the folder and the destination does not. */
  isNew(folder: RelPath): boolean;
  /** Further requests that the move of `from` to `to` makes necessary. Undefined: the folder must not move. */
  leftOver(from: RelPath, to: RelPath): number | undefined;
  /** Requests that moves of the single files need, beyond one for each file. */
  newFolders(to: RelPath): number;
}

export interface FolderMove extends Move {
  /** Files that come to their place with the folder. */
  readonly files: number;
}

/**
 * Chooses the folders that move as wholes: one request instead of one for each file. Where folders nest, the topmost
 * moves. A folder moves only if everything in it is ours and freed, and only to a name that is free or that a move
 * frees. Pure, as far as the answers of `facts` are.
 */
export function chooseFolderMoves(pairs: readonly Move[], facts: FolderFacts): FolderMove[] {
  const candidates = countFolderPairs(pairs).filter(
    ({ from, to, files }) =>
      facts.whole(from) !== undefined &&
      (facts.isNew(to) || facts.whole(to) !== undefined) &&
      !isWithin(from, to) &&
      !isWithin(to, from) &&
      files > 0,
  );
  // most files first; of a folder and its parent with the same number of files, the parent
  candidates.sort((a, b) => b.files - a.files || a.to.length - b.to.length || (a.to < b.to ? -1 : 1));
  let chosen: FolderMove[] = [];
  for (const candidate of candidates) {
    if (chosen.some((other) => hinders(other, candidate))) continue;
    const leftOver = facts.leftOver(candidate.from, candidate.to);
    if (leftOver === undefined || 1 + leftOver > candidate.files + facts.newFolders(candidate.to)) continue;
    chosen.push(candidate);
  }
  // a taken name becomes free only when its own folder moves away: a move that is given up can end others
  for (;;) {
    const leaving = new Set(chosen.map((move) => move.from));
    const kept = chosen.filter((move) => facts.isNew(move.to) || leaving.has(move.to));
    if (kept.length === chosen.length) return kept;
    chosen = kept;
  }
}

/** Whether two folder moves would carry each other's files along, or one lands inside what the other takes away. */
const hinders = (a: Move, b: Move): boolean =>
  overlap(a.from, b.from) ||
  overlap(a.to, b.to) ||
  (a.to !== b.from && isWithin(a.to, b.from)) ||
  (b.to !== a.from && isWithin(b.to, a.from));

const overlap = (a: RelPath, b: RelPath): boolean => isWithin(a, b) || isWithin(b, a);

/** For every pair of folders, how many files lie at the same place below the one and the other. */
function countFolderPairs(pairs: readonly Move[]): FolderMove[] {
  const counts = new Map<string, { from: RelPath; to: RelPath; files: number }>();
  for (const pair of pairs) {
    let { from, to } = pair;
    while (nameOf(from) === nameOf(to)) {
      from = parentOf(from);
      to = parentOf(to);
      if (from === '' || to === '' || from === to) break;
      const key = `${from}\n${to}`;
      const count = counts.get(key);
      if (count === undefined) counts.set(key, { from, to, files: 1 });
      else count.files++;
    }
  }
  return [...counts.values()];
}
