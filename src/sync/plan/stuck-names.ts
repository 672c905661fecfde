import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';
import { isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { foldersInLedger } from './moves/brought-along.ts';
import type { Move } from './moves/order-moves.ts';
import { fileInTheWay, folderInTheWay } from './plan-problems.ts';
import type { Arrival, PlanStore } from './store/plan-store.ts';

/** The moves as chosen so far. */
export interface Leaving {
  readonly store: PlanStore;
  readonly folderMoves: readonly Move[];
  readonly fileMoves: readonly Move[];
  /** All files whose content is to be at another path, also those whose content an upload has to bring there. */
  readonly pairs: readonly Move[];
}

/** How files and folders that cannot come are told. */
export interface RefusalOptions {
  readonly refuse: (path: RelPath, problem: Problem) => void;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
}

/**
 * Gives up the names that only a move could free and that no move frees. What the source has there cannot come: it is taken
 * out of the plan and refused. Returns whether there were such names. Not pure: changes the plan store.
 */
export function giveUpStuckNames(leaving: Leaving, { refuse, words }: RefusalOptions): boolean {
  const { store } = leaving;
  const origins = new Set(
    leaving.pairs.filter(({ to }) => store.arrivals.get(to) !== undefined).map(({ from }) => from),
  );
  const mayLeave = (path: RelPath): boolean =>
    isFolderPath(path)
      ? store.freed.within(path).every((freed) => origins.has(freed.path))
      : origins.has(path);
  const stuck = [...store.obstacles.all()].filter(
    (path) => !goesWithFolder(leaving, path) && !mayLeave(path),
  );
  for (const path of stuck) {
    store.obstacles.drop(path);
    if (isFolderPath(path)) {
      const file = path.slice(0, -1);
      store.arrivals.drop(file);
      refuse(file, folderInTheWay(words));
    } else {
      store.dropComingWithin(`${path}/`);
      refuse(`${path}/`, fileInTheWay(words));
    }
  }
  return stuck.length > 0;
}

const goesWithFolder = ({ folderMoves }: Leaving, path: RelPath): boolean =>
  folderMoves.some((move) => path.startsWith(move.from));

/**
 * The files at names that are needed whose content cannot move, because another file has its new name. The content is
 * uploaded to the new name first. Changes nothing; reads the plan store.
 */
export function uploadedFirst(leaving: Leaving): { readonly from: RelPath; readonly arrival: Arrival }[] {
  const { store } = leaving;
  const moving = new Set(leaving.fileMoves.map((move) => move.from));
  const targets = new Map(leaving.pairs.map(({ from, to }) => [from, to]));
  const origins = [...store.obstacles.all()]
    .filter((path) => !goesWithFolder(leaving, path))
    .flatMap((path) => (isFolderPath(path) ? store.freed.within(path).map((freed) => freed.path) : [path]));
  return origins.flatMap((from) => {
    const to = targets.get(from);
    const arrival = to === undefined ? undefined : store.arrivals.get(to);
    return moving.has(from) || arrival === undefined ? [] : [{ from, arrival }];
  });
}

/**
 * Plans the removals that free the rest of the needed names: removals of files whose content is uploaded to its new name,
 * and of folders of ours out of which everything moved. Returns what has to be uploaded before. Not pure: changes the plan
 * store, and reads the ledger.
 */
export function clearNames(leaving: Leaving, ledger: Ledger): Arrival[] {
  const { store } = leaving;
  const first = uploadedFirst(leaving);
  for (const { from } of first) store.removals.add({ path: from, reason: 'leftover', files: 1, stamp: '' });
  for (const path of store.obstacles.all()) {
    if (goesWithFolder(leaving, path) || !isFolderPath(path)) continue;
    for (const folder of foldersInLedger(ledger, path))
      store.removals.add({ path: folder, reason: 'leftover', files: 0, stamp: '' });
  }
  return first.map(({ arrival }) => arrival);
}
