import type { Problem } from '../../model/entry.ts';
import { isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { foldersInLedger } from './brought-along.ts';
import type { Move } from './order-moves.ts';
import { FILE_IN_THE_WAY, FOLDER_IN_THE_WAY } from './plan-problems.ts';
import type { PlanStore } from './plan-store.ts';

/**
 * Names that only a move could free, and that no move of the plan frees: what the source has there cannot come, and is
 * taken out of the plan. Returns whether there were any.
 */
export function giveUpStuckNames(
  store: PlanStore,
  folderMoves: readonly Move[],
  fileMoves: readonly Move[],
  refuse: (path: RelPath, problem: Problem) => void,
): boolean {
  const leaving = new Set(fileMoves.map((move) => move.from));
  const isTaken = (path: RelPath): boolean => folderMoves.some((move) => path.startsWith(move.from));
  const isEmptied = (path: RelPath): boolean =>
    isFolderPath(path) && store.freedWithin(path).every((freed) => leaving.has(freed.path));
  const stuck = [...store.obstacles()].filter(
    (path) => !isTaken(path) && !leaving.has(path) && !isEmptied(path),
  );
  for (const path of stuck) {
    store.dropObstacle(path);
    if (isFolderPath(path)) {
      const file = path.slice(0, -1);
      store.dropArrival(file);
      refuse(file, FOLDER_IN_THE_WAY);
    } else {
      store.dropArrivalsWithin(`${path}/`);
      refuse(`${path}/`, FILE_IN_THE_WAY);
    }
  }
  return stuck.length > 0;
}

/**
 * Folders of ours whose every file moves out of them, one by one, and whose name one of the files takes: without any
 * file they go, as they would have gone with a move of the whole folder.
 */
export function removeEmptied(store: PlanStore, ledger: Ledger, folderMoves: readonly Move[]): void {
  for (const path of store.obstacles()) {
    if (!isFolderPath(path) || folderMoves.some((move) => path.startsWith(move.from))) continue;
    for (const folder of foldersInLedger(ledger, path))
      store.addRemoval({ path: folder, reason: 'leftover', files: 0, stamp: '' });
  }
}
