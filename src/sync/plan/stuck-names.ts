import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';
import { isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { fileInTheWay, folderInTheWay } from './plan-problems.ts';
import type { Arrival, PlanStore } from './store/plan-store.ts';

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
export function giveUpStuckNames(store: PlanStore, { refuse, words }: RefusalOptions): boolean {
  const { obstacles, arrivals } = store;
  // all are found before one is given up: what arrives there may be what another was to free
  const stuck = [...obstacles.all()].filter((path) => isStuck(store, path));
  for (const path of stuck) {
    obstacles.drop(path);
    if (isFolderPath(path)) {
      const file = path.slice(0, -1);
      arrivals.drop(file);
      refuse(file, folderInTheWay(words));
    } else {
      store.dropComingWithin(`${path}/`);
      refuse(`${path}/`, fileInTheWay(words));
    }
  }
  return stuck.length > 0;
}

function isStuck({ folderMoves, pairs, freed }: PlanStore, path: RelPath): boolean {
  if (folderMoves.taking(path) !== undefined) return false;
  if (!isFolderPath(path)) return pairs.arrivalOf(path) === undefined;
  return freed.within(path).some((each) => pairs.arrivalOf(each.path) === undefined);
}

/**
 * The files at names that are needed whose content cannot move, because another file has its new name. The content is
 * uploaded to the new name first. Changes nothing; reads the plan store.
 */
export function* uploadedFirst(
  store: PlanStore,
): Generator<{ readonly from: RelPath; readonly arrival: Arrival }, void> {
  for (const from of contentsOfObstacles(store)) {
    const arrival = store.pairs.arrivalOf(from);
    if (arrival !== undefined && !arrival.moves) yield { from, arrival: store.arrivals.get(arrival.path)! };
  }
}

/** The files at names that are needed, without those that leave with a folder. */
function* contentsOfObstacles({ obstacles, folderMoves, freed }: PlanStore): Generator<RelPath, void> {
  for (const path of obstacles.all()) {
    if (folderMoves.taking(path) !== undefined) continue;
    if (!isFolderPath(path)) yield path;
    else for (const each of freed.within(path)) yield each.path;
  }
}

/**
 * Plans the removals that free the rest of the needed names: removals of files whose content is uploaded to its new name
 * before all else, and of folders of ours out of which everything moved. Not pure: changes the plan store, and reads the
 * ledger.
 */
export function clearNames(store: PlanStore, ledger: Ledger): void {
  const { obstacles, folderMoves, arrivals, removals } = store;
  for (const { from, arrival } of uploadedFirst(store)) {
    removals.add({ path: from, reason: 'leftover', files: 1, stamp: '' });
    arrivals.comesFirst(arrival.path);
  }
  for (const path of obstacles.all()) {
    if (!isFolderPath(path) || folderMoves.taking(path) !== undefined) continue;
    for (const page of ledger.folders(path))
      for (const folder of page) removals.add({ path: folder, reason: 'leftover', files: 0, stamp: '' });
  }
}
