import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { pathAfter, pathBefore } from './move.ts';
import type { Move } from './move.ts';

export interface BroughtOptions {
  /** Whether what is gone from the source may be removed. */
  readonly removesGone: boolean;
}

/**
 * Notes what a moved folder brings along and the source does not have there, as left over. The removals at the old name are
 * dropped from the store. A file that the folder brings to a name that the source has is replaced by the upload.
 */
export function noteBroughtAlong(
  store: PlanStore,
  ledger: Ledger,
  move: Move,
  { removesGone }: BroughtOptions,
): void {
  const { folders, commonFolders, freed, arrivals, leftovers, removals } = store;
  if (removesGone)
    for (const page of ledger.folders(move.from))
      for (const folder of page) {
        const place = pathAfter(move, folder);
        if (!folders.has(place) && !commonFolders.has(place)) leftovers.add(place);
      }
  for (const { path, size } of freed.stayingWithin(move.from)) {
    const place = pathAfter(move, path);
    const arrival = arrivals.get(place);
    if (arrival === undefined) leftovers.add(place);
    else arrivals.add({ ...arrival, replaces: { size, modifiedMs: undefined } });
  }
  removals.dropWithin(move.from);
}

/**
 * Changes the folders to create for the moves of folders: those that come with a move need not be created; those that
 * both ends had and that leave with a move are created anew. Some wait until the folders have moved. What comes along
 * unwanted is noted as left over; its removals are not in the store yet.
 */
export function settleFolders(store: PlanStore, ledger: Ledger, options: BroughtOptions): void {
  const { folders, folderMoves, commonFolders } = store;
  /** Whether a folder comes with the move of the one that it is in, or is. */
  const comesWith = (move: Move, folder: RelPath): boolean =>
    ledger.get(pathBefore(move, folder)) !== undefined;
  for (const move of folderMoves.all()) {
    noteBroughtAlong(store, ledger, move, options);
    for (const folder of folders.within(move.to))
      if (comesWith(move, folder)) folders.drop(folder);
      else folders.wait(folder);
  }
  for (const { from } of folderMoves.all())
    for (const folder of commonFolders.within(from)) {
      const bringing = folderMoves.bringing(folder);
      if (bringing === undefined || !comesWith(bringing, folder)) folders.add(folder, 'missing');
    }
  for (const { from } of folderMoves.all()) for (const folder of folders.within(from)) folders.wait(folder);
}
