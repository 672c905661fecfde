import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Arrival } from '../planned.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { clearNames } from '../stuck-names.ts';
import { arrangeFileMoves } from './arrange-file-moves.ts';
import type { FileMoves, FileStep } from './arrange-file-moves.ts';
import { settleFolders } from './brought-along.ts';
import type { FolderMove } from './choose-folder-moves.ts';
import { chooseMoves } from './choose-moves.ts';
import type { ChoiceOptions } from './choose-moves.ts';
import { orderMoves, placeAfter, wholeOf } from './order-moves.ts';
import type { Move, OrderedMove } from './order-moves.ts';

export type { FileStep };
type FolderStep = OrderedMove & { readonly files: number };

/** The moves of a plan, by what has to come before them and after. */
export interface MovePlan extends FileMoves {
  /** Files that are uploaded before all else, because their content has to leave a name that is needed. */
  readonly uploadFirst: readonly Arrival[];
  readonly folderMoves: readonly FolderStep[];
  /** Folders that can only be created once the folders have moved. */
  readonly foldersAfter: ReadonlySet<RelPath>;
}

export interface MoveOptions extends ChoiceOptions {
  /** A name that nobody else has, for a file that waits between two moves. For a folder the name is a folder's too. */
  readonly hiddenName: (move: Move) => RelPath;
}

/**
 * Turns uploads and removals in the store into moves wherever a file, or a whole folder, only changed its place.
 * What the moves leave to do stays in the store: changed files, files that a moved folder brings along unwanted, and
 * folders it does not bring.
 *
 * Not pure: changes the plan store, and reads the ledger. The choice of folders (chooseFolderMoves) and the order of moves
 * (orderMoves) are pure.
 */
export function planMoves(store: PlanStore, ledger: Ledger, options: MoveOptions): MovePlan {
  const { removesGone, hiddenName } = options;
  const choice = chooseMoves(store, ledger, options);
  const { folderMoves, fileMoves: pairs } = choice;
  const uploadFirst = clearNames(choice, ledger);
  const leaving = new Set(pairs.map(({ from }) => from));
  const { foldersAfter, unwanted } = settleFolders(store, ledger, folderMoves, { leaving, removesGone });
  const apart = carryWithFolders(store, folderMoves, pairs);
  // added only now: a removal of the same name was dropped with the file that another move takes away
  for (const removal of unwanted) store.removals.add(removal);
  const files = arrangeFileMoves(store, folderMoves, apart, hiddenName);
  for (const { arrival } of [...files.fileMoves, ...files.inLast]) store.arrivals.drop(arrival.path);
  return { uploadFirst, ...files, folderMoves: orderFolders(folderMoves, hiddenName), foldersAfter };
}

/** Takes the files that come to their place with their folder out of the uploads. Returns those that move apart. */
function carryWithFolders(store: PlanStore, folderMoves: readonly Move[], pairs: readonly Move[]): Move[] {
  const apart: Move[] = [];
  for (const { from, to } of pairs) {
    store.removals.drop(from);
    if (placeAfter(folderMoves, from) !== to) apart.push({ from, to });
    else {
      store.carried.add({ from, arrival: store.arrivals.get(to)! });
      store.arrivals.drop(to);
    }
  }
  return apart;
}

/** The files of a folder that goes by way of a hidden name count once, with its second half. */
function orderFolders(folderMoves: readonly FolderMove[], hiddenName: (move: Move) => RelPath): FolderStep[] {
  const files = new Map(folderMoves.map((move) => [move.from, move.files]));
  return orderMoves(folderMoves, hiddenName).map((step) => ({
    ...step,
    files: step.aside?.half === 'out' ? 0 : (files.get(wholeOf(step).from) ?? 0),
  }));
}
