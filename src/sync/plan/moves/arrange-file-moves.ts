import type { RelPath } from '../../../model/path.ts';
import type { Arrival } from '../planned.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { byWayOf, orderMoves, placeAfter, wholeOf } from './order-moves.ts';
import type { Move, OrderedMove } from './order-moves.ts';

export type FileStep = OrderedMove & { readonly arrival: Arrival };

/** The moves of single files, by when they are made. */
export interface FileMoves {
  /** Moves of files whose names folders need: these are made before all else. */
  readonly outFirst: readonly FileStep[];
  readonly fileMoves: readonly FileStep[];
  /** Moves of files to names of folders that go: these are made once the folders are gone. */
  readonly inLast: readonly FileStep[];
}

/**
 * Puts the moves of single files in order, after those of folders. Where a name is a file's at one time and a folder's
 * at another, the file goes by way of a hidden name. Changes nothing; reads the plan store.
 */
export function arrangeFileMoves(
  store: PlanStore,
  folderMoves: readonly Move[],
  pairs: readonly Move[],
  hiddenName: (move: Move) => RelPath,
): FileMoves {
  const newFolders = new Set(folderMoves.map(({ to }) => to));
  const becomesFolder = (path: RelPath): boolean =>
    store.folders.has(`${path}/`) || newFolders.has(`${path}/`);
  const isFolderYet = (path: RelPath): boolean => store.removals.get(`${path}/`) !== undefined;
  const outFirst: OrderedMove[] = [];
  const outNext: OrderedMove[] = [];
  const toOrder: OrderedMove[] = [];
  const inLast: OrderedMove[] = [];
  for (const pair of pairs) {
    const from = placeAfter(folderMoves, pair.from);
    const leavesFirst = becomesFolder(from);
    const comesLast = isFolderYet(pair.to);
    if (!leavesFirst && !comesLast) {
      toOrder.push({ from, to: pair.to });
      continue;
    }
    const whole = { from: leavesFirst ? pair.from : from, to: pair.to };
    const [out, back] = byWayOf(whole, hiddenName(whole));
    (leavesFirst ? outFirst : outNext).push(out);
    (comesLast ? inLast : toOrder).push(back);
  }
  const ordered = orderMoves(toOrder, hiddenName);
  const withArrival = (step: OrderedMove): FileStep => ({
    ...step,
    arrival: store.arrivals.get(wholeOf(step).to)!,
  });
  return {
    outFirst: outFirst.map(withArrival),
    fileMoves: [...outNext, ...ordered].map(withArrival),
    inLast: inLast.map(withArrival),
  };
}
