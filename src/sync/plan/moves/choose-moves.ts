import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { giveUpStuckNames, uploadedFirst } from '../stuck-names.ts';
import type { Leaving, RefusalOptions } from '../stuck-names.ts';
import { foldersInLedger } from './brought-along.ts';
import { chooseFolderMoves } from './choose-folder-moves.ts';
import type { FolderFacts, FolderMove } from './choose-folder-moves.ts';
import type { FoundPair } from './find-moves.ts';
import { pathAfter, pathBefore, placeAfter } from './order-moves.ts';
import type { Move } from './order-moves.ts';

export interface ChoiceOptions extends RefusalOptions {
  /** Whether what is gone from the source may be removed. */
  readonly removesGone: boolean;
  /** Whether a folder may be moved as a whole. */
  readonly mayMove: (folder: RelPath) => boolean;
}

export interface MoveChoice extends Leaving {
  readonly folderMoves: readonly FolderMove[];
  /** Files that move, by themselves or with their folder. */
  readonly fileMoves: readonly FoundPair[];
}

/**
 * Chooses among the pairs in the store: which files can move, and which folders move as wholes. Names that nothing
 * frees are given up first: what was to come there is dropped from the store, and refused.
 */
export function chooseMoves(store: PlanStore, ledger: Ledger, options: ChoiceOptions): MoveChoice {
  const pairs = store.pairs.all();
  /** Folders that do not move as wholes, for a file is uploaded into them before. */
  const barred = new Set<RelPath>();
  for (let movable = withFreeTargets(pairs); ;) {
    const folderMoves = chooseFolderMoves(movable, folderFacts({ store, ledger, movable, barred }, options));
    const fileMoves = withoutTaken(movable, folderMoves, store);
    const choice: MoveChoice = { store, folderMoves, fileMoves, pairs };
    const first = uploadedFirst(choice);
    const hindered = folderMoves.filter(({ from, to }) =>
      first.some(({ arrival: { path } }) => path.startsWith(from) || path.startsWith(to)),
    );
    for (const { from } of hindered) barred.add(from);
    if (hindered.length > 0) continue;
    if (!giveUpStuckNames(choice, options)) return choice;
    movable = withFreeTargets(movable.filter((pair) => store.arrivals.get(pair.to) !== undefined));
  }
}

interface ChoiceState {
  readonly store: PlanStore;
  readonly ledger: Ledger;
  readonly movable: readonly Move[];
  readonly barred: ReadonlySet<RelPath>;
}

function folderFacts(state: ChoiceState, { mayMove, removesGone }: ChoiceOptions): FolderFacts {
  const { store, movable, barred } = state;
  const moving = new Set(movable.map(({ from }) => from));
  return {
    whole: (folder) =>
      mayMove(folder) && !barred.has(folder) ? store.wholeFolders.filesIn(folder) : undefined,
    isNew: (folder) => store.folders.has(folder),
    newFolders: (to) => store.folders.within(to).length,
    leftOver: (from, to) => {
      const requests = requestsAfter(state, { from, to }, { moving, removesGone });
      if (requests === undefined || removesGone) return requests;
      return bringsFolderToFile(state, { from, to }) ? undefined : requests;
    },
  };
}

/**
 * Requests that the move of a folder leaves to do: folders to create anew at the old place, and files that came along
 * and have to go again. Undefined: such a file may not be removed.
 */
function requestsAfter(
  { store }: ChoiceState,
  move: Move,
  { moving, removesGone }: { readonly moving: ReadonlySet<RelPath>; readonly removesGone: boolean },
): number | undefined {
  let requests = store.commonFolders.within(move.from).length;
  for (const freed of store.freed.within(move.from)) {
    if (moving.has(freed.path) || store.arrivals.get(pathAfter(move, freed.path)) !== undefined) continue;
    if (freed.gone && !removesGone) return undefined;
    requests++;
  }
  return requests;
}

/** Whether the move brings a folder in it to the name of a file that is to come. Without removals it would stay there. */
const bringsFolderToFile = ({ store, ledger }: ChoiceState, move: Move): boolean =>
  foldersInLedger(ledger, move.from).some(
    (folder) =>
      folder !== move.from && store.arrivals.get(pathAfter(move, folder).slice(0, -1)) !== undefined,
  );

/**
 * Leaves out the pairs to whose target a moved folder brings another file, which stays there until the upload replaces
 * it. The file of such a pair then stays at its own place, or where its folder brings it, and can take another's target.
 */
function withoutTaken(
  pairs: readonly FoundPair[],
  folderMoves: readonly Move[],
  store: PlanStore,
): FoundPair[] {
  let kept = [...pairs];
  for (;;) {
    const leaving = new Set(kept.map((pair) => pair.from));
    const isTaken = (place: RelPath): boolean => {
      const bringer = folderMoves.find((move) => place.startsWith(move.to));
      if (bringer === undefined) return false;
      const origin = pathBefore(bringer, place);
      return store.freed.get(origin) !== undefined && !leaving.has(origin);
    };
    const next = withFreeTargets(
      kept.filter((pair) => placeAfter(folderMoves, pair.from) === pair.to || !isTaken(pair.to)),
    );
    if (next.length === kept.length) return kept;
    kept = next;
  }
}

/**
 * Leaves out pairs whose target is taken by a file that stays. A pair that is left out can keep the target of another
 * taken.
 */
function withFreeTargets(pairs: readonly FoundPair[]): FoundPair[] {
  let kept = pairs;
  for (;;) {
    const leaving = new Set(kept.map((pair) => pair.from));
    const next = kept.filter((pair) => !pair.occupied || leaving.has(pair.to));
    if (next.length === kept.length) return [...kept];
    kept = next;
  }
}
