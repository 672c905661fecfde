import { foldersOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { giveUpStuckNames, uploadedFirst } from '../stuck-names.ts';
import type { RefusalOptions } from '../stuck-names.ts';
import { chooseFolderMoves } from './choose-folder-moves.ts';
import type { FolderFacts } from './choose-folder-moves.ts';
import { pathAfter } from './move.ts';
import type { Move } from './move.ts';

export interface ChoiceOptions extends RefusalOptions {
  /** Whether what is gone from the source may be removed. */
  readonly removesGone: boolean;
  /** Whether a folder may be moved as a whole. */
  readonly mayMove: (folder: RelPath) => boolean;
}

/**
 * Chooses among the pairs in the store: which files can move, and which folders move as wholes. Names that nothing
 * frees are given up first: what was to come there is dropped from the store, and refused.
 */
export function chooseMoves(store: PlanStore, ledger: Ledger, options: ChoiceOptions): void {
  const { pairs, folderMoves } = store;
  /** Folders that do not move as wholes, for a file is uploaded into them before. */
  const barred = new Set<RelPath>();
  const facts = folderFacts({ store, ledger, barred }, options);
  pairs.narrowMovable();
  for (;;) {
    chooseFolderMoves(store, facts);
    pairs.moveWith(folderMoves);
    if (barHindered(store, barred)) continue;
    if (!giveUpStuckNames(store, options)) return;
    pairs.narrowMovable();
  }
}

/** Bars the folders whose moves a file that has to be uploaded first is in the way of. Returns whether there are any. */
function barHindered(store: PlanStore, barred: Set<RelPath>): boolean {
  const { folderMoves } = store;
  const before = barred.size;
  for (const { arrival } of uploadedFirst(store))
    for (const folder of foldersOf(arrival.path))
      for (const move of [folderMoves.leaving(folder), folderMoves.comingTo(folder)])
        if (move !== undefined) barred.add(move.from);
  return barred.size > before;
}

interface ChoiceState {
  readonly store: PlanStore;
  readonly ledger: Ledger;
  readonly barred: ReadonlySet<RelPath>;
}

function folderFacts(
  { store, ledger, barred }: ChoiceState,
  { mayMove, removesGone }: ChoiceOptions,
): FolderFacts {
  const { wholeFolders, folders, commonFolders, freed } = store;
  return {
    whole: (folder) => (mayMove(folder) && !barred.has(folder) ? wholeFolders.filesIn(folder) : undefined),
    isNew: (folder) => folders.has(folder),
    newFolders: (to) => folders.countWithin(to),
    // folders to create anew at the old place, and files that came along and have to go again
    leftOver(from, to, most) {
      const anew = commonFolders.countWithin(from);
      if (removesGone && anew > most) return anew;
      const { files, gone } = freed.leftOver({ from, to }, Math.max(most - anew, 0) + 1);
      // without removals what came along would stay
      if (!removesGone && (gone || bringsFolderToFile(store, ledger, { from, to }))) return undefined;
      return anew + files;
    },
  };
}

/** Whether the move brings a folder in it to the name of a file that is to come. Without removals it would stay there. */
function bringsFolderToFile(store: PlanStore, ledger: Ledger, move: Move): boolean {
  for (const page of ledger.folders(move.from))
    for (const folder of page)
      if (folder !== move.from && store.arrivals.get(pathAfter(move, folder).slice(0, -1)) !== undefined)
        return true;
  return false;
}
