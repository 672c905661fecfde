import { isWithin, nameOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PlanStore } from '../store/plan-store.ts';
import type { FolderMove } from './move.ts';

/** What the choice needs to know about folders; answered from the plan in the making. */
export interface FolderFacts {
  /** The number of files below `folder` when all of them are freed and nothing else is in it; undefined otherwise. */
  whole(folder: RelPath): number | undefined;
  /** The source has the folder and the destination does not. */
  isNew(folder: RelPath): boolean;
  /**
   * Further requests that the move of `from` to `to` makes necessary; above `most` they need not be counted. Undefined: the
   * folder must not move.
   */
  leftOver(from: RelPath, to: RelPath, most: number): number | undefined;
  /** Requests that moves of the single files need, beyond one for each file. */
  newFolders(to: RelPath): number;
}

/**
 * Chooses the folders that move as wholes: one request instead of one for each file. Where folders nest, the topmost
 * moves. A folder moves only if everything in it is ours and freed, and only to a name that is free or that a move
 * frees. A candidate is compared only with moves at the folders above it and below it, so that cost grows with the files
 * and the depth of the tree.
 */
export function chooseFolderMoves(store: PlanStore, facts: FolderFacts): void {
  const { folderPairs, folderMoves } = store;
  folderMoves.clear();
  countFolderPairs(store, facts);
  for (const candidate of folderPairs.byFiles()) {
    const { from, to, files } = candidate;
    if (!facts.isNew(to) && facts.whole(to) === undefined) continue;
    if (isWithin(from, to) || isWithin(to, from) || folderMoves.hinders(candidate)) continue;
    const most = files + facts.newFolders(to) - 1;
    const leftOver = facts.leftOver(from, to, most);
    if (leftOver !== undefined && leftOver <= most) folderMoves.add(candidate);
  }
  dropBlocked(store, facts);
}

/** A taken name becomes free only when its own folder moves away: a move that is given up can end others. */
function dropBlocked({ folderMoves }: PlanStore, facts: FolderFacts): void {
  const isBlocked = ({ to }: FolderMove): boolean =>
    !facts.isNew(to) && folderMoves.leaving(to) === undefined;
  for (const move of folderMoves.all())
    for (let at: FolderMove | undefined = move; at !== undefined && isBlocked(at);) {
      folderMoves.drop(at.from);
      at = folderMoves.comingTo(at.from);
    }
}

/** So many counts are held before they are added to those in the store. */
const MOST_HELD = 1000;

/** For every pair of folders, how many files lie at the same place below the one and the other. */
function countFolderPairs({ pairs, folderPairs }: PlanStore, facts: FolderFacts): void {
  folderPairs.clear();
  const counts = new Map<string, { from: RelPath; to: RelPath; files: number }>();
  const keep = (): void => {
    // a folder with something else in it cannot move, so that its files need not be counted
    for (const count of counts.values()) if (facts.whole(count.from) !== undefined) folderPairs.add(count);
    counts.clear();
  };
  for (const pair of pairs.movable()) {
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
    if (counts.size >= MOST_HELD) keep();
  }
  keep();
}
