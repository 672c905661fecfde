import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { clearNames } from '../stuck-names.ts';
import { arrangeMoves } from './arrange-moves.ts';
import { settleFolders } from './brought-along.ts';
import { chooseMoves } from './choose-moves.ts';
import type { ChoiceOptions } from './choose-moves.ts';
import type { Move } from './move.ts';

export interface MoveOptions extends ChoiceOptions {
  /** A name that nobody else has, for a file that waits between two moves. For a folder the name is a folder's too. */
  readonly hiddenName: (move: Move) => RelPath;
}

/**
 * Turns uploads and removals in the store into moves wherever a file, or a whole folder, only changed its place.
 * What the moves leave to do stays in the store: changed files, files that a moved folder brings along unwanted, and
 * folders it does not bring.
 *
 * Not pure: changes the plan store, and reads the ledger. Pairs and steps stay in the store, so that memory does not grow
 * with their number.
 */
export function planMoves(store: PlanStore, ledger: Ledger, options: MoveOptions): void {
  chooseMoves(store, ledger, options);
  clearNames(store, ledger);
  settleFolders(store, ledger, options);
  store.moved.take();
  // added only now: a removal of the same name was dropped with the file that another move takes away
  for (const path of store.leftovers.all())
    store.removals.add({ path, reason: 'leftover', files: path.endsWith('/') ? 0 : 1, stamp: '' });
  arrangeMoves(store, options.hiddenName);
}
