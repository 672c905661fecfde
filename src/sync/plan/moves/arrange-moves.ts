import type { RelPath } from '../../../model/path.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { byWayOf, pathAfter } from './move.ts';
import type { Move } from './move.ts';

/**
 * Puts the moves into steps, and in order: folders among themselves, and after them the files that do not come with one. A
 * file whose name is a file's at one time and a folder's at another goes by way of a hidden name.
 */
export function arrangeMoves(store: PlanStore, hiddenName: (move: Move) => RelPath): void {
  const { steps, pairs, folderMoves } = store;
  steps.addFolders();
  steps.order('folders', hiddenName);
  steps.addFiles();
  for (const move of folderMoves.all())
    for (const { from, to } of pairs.apartFrom(move.from)) steps.startFrom(pathAfter(move, from), to);
  for (const clash of steps.clashes()) {
    const { from, to, leavesFirst, comesLast } = clash;
    // what leaves first does so before its folder moves
    const whole = { from: leavesFirst === 1 ? pairs.originOf(to)! : from, to };
    const [out, back] = byWayOf(whole, hiddenName(whole));
    steps.drop(clash);
    if (leavesFirst === 1) steps.add('outFirst', out);
    else steps.add('files', out, { first: true });
    steps.add(comesLast === 1 ? 'inLast' : 'files', back);
  }
  steps.order('files', hiddenName);
}
