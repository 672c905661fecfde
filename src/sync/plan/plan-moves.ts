import { foldersOf, nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { chooseFolderMoves } from './choose-folder-moves.ts';
import { orderMoves } from './order-moves.ts';
import type { Move, OrderedMove } from './order-moves.ts';
import type { FoundPair } from './pair-arrivals.ts';
import type { Arrival, PlanStore, Removal } from './plan-store.ts';

/** The moves of a plan, in the order in which they can be made, and what they need first. */
export interface MovePlan {
  readonly folderMoves: readonly (OrderedMove & { readonly files: number })[];
  /** Folders that can only be created once the folders have moved. */
  readonly foldersAfter: ReadonlySet<RelPath>;
  readonly fileMoves: readonly (OrderedMove & { readonly arrival: Arrival })[];
}

export const NO_MOVES: MovePlan = { folderMoves: [], foldersAfter: new Set(), fileMoves: [] };

/**
 * Turns uploads and removals in the store into moves wherever a file, or a whole folder, only changed its place.
 * What the moves leave to do stays in the store: changed files, files that a moved folder brings along unwanted, and
 * folders it does not bring.
 */
export function planMoves(store: PlanStore, ledger: Ledger, removesGone: boolean): MovePlan {
  const found = withFreeTargets(store.pairs());
  if (found.length === 0) return NO_MOVES;
  const moving = new Set(found.map((pair) => pair.from));

  const chosen = chooseFolderMoves(found, {
    whole: (folder) => store.whole(folder),
    isNew: (folder) => store.hasFolder(folder),
    newFolders: (to) => store.foldersWithin(to).length,
    leftOver: (from, to) => {
      let calls = store.standingWithin(from).length;
      for (const freed of store.freedWithin(from)) {
        const place = to + freed.path.slice(from.length);
        if (moving.has(freed.path) || store.arrival(place) !== undefined) continue;
        if (freed.gone && !removesGone) return undefined;
        calls++;
      }
      return calls;
    },
  });

  let pairs: Move[] = withoutTaken(found, chosen, store);
  const leaving = new Set(pairs.map((pair) => pair.from));
  const foldersAfter = new Set<RelPath>();
  const recreated: RelPath[] = [];
  const unwanted: Removal[] = [];
  const before = new Map(chosen.map((move) => [move, folderRows(ledger, move.from)]));
  for (const move of chosen) {
    const brought = new Set(before.get(move)!.map((path) => move.to + path.slice(move.from.length)));
    const stays = (folder: RelPath): boolean => store.hasFolder(folder) || standing.has(folder);
    const standing = new Set(store.standingWithin(move.to));
    unwanted.push(...takeUnwanted(store, move, leaving, stays, brought, removesGone));
    for (const folder of store.foldersWithin(move.to)) {
      if (brought.has(folder)) store.dropFolder(folder);
      else foldersAfter.add(folder);
    }
    // folders that both ends have leave with the move; the source still wants them, unless another move brings them
    recreated.push(...store.standingWithin(move.from));
  }
  for (const folder of recreated) {
    const bringer = chosen.find((move) => folder.startsWith(move.to));
    if (
      bringer !== undefined &&
      before.get(bringer)!.includes(bringer.from + folder.slice(bringer.to.length))
    )
      continue;
    store.addFolder(folder, 'missing');
  }
  for (const move of chosen) for (const folder of store.foldersWithin(move.from)) foldersAfter.add(folder);

  pairs = pairs.flatMap((pair) => {
    const from = placeAfter(chosen, pair.from);
    if (store.removal(pair.from) !== undefined) store.dropRemoval(pair.from);
    else if (from === pair.from) uncount(store, pair.from, 1);
    if (from !== pair.to) return [{ from, to: pair.to }];
    store.dropArrival(pair.to);
    return [];
  });
  // not earlier: the same names may be those of what another move takes away
  for (const removal of unwanted) store.addRemoval(removal);
  const fileMoves = orderMoves(pairs, besides).map((step) => {
    const arrival = store.arrival((step.cycle?.whole ?? step).to)!;
    return { ...step, arrival };
  });
  for (const step of fileMoves) store.dropArrival(step.arrival.path);
  const folderMoves = orderMoves(chosen, besides).map((step) => {
    const origin = chosen.find((move) => move.from === (step.cycle?.whole ?? step).from);
    return { ...step, files: step.cycle?.half === 'first' ? 0 : (origin?.files ?? 0) };
  });
  return { folderMoves, foldersAfter, fileMoves };
}

/** Where a file of a moved folder is after the move. */
function placeAfter(chosen: readonly Move[], path: RelPath): RelPath {
  const by = chosen.find((move) => path.startsWith(move.from));
  return by === undefined ? path : by.to + path.slice(by.from.length);
}

/**
 * Without the pairs to whose target a moved folder brings another file, which stays there until the upload replaces it.
 * The file of such a pair then stays at its own place, or where its folder brings it, and can take another's target.
 */
function withoutTaken(pairs: readonly FoundPair[], chosen: readonly Move[], store: PlanStore): FoundPair[] {
  let kept = [...pairs];
  for (;;) {
    const leaving = new Set(kept.map((pair) => pair.from));
    const isTaken = (place: RelPath): boolean => {
      const by = chosen.find((move) => place.startsWith(move.to));
      const origin = by === undefined ? undefined : by.from + place.slice(by.to.length);
      return origin !== undefined && store.freed(origin) !== undefined && !leaving.has(origin);
    };
    const next = withFreeTargets(
      kept.filter((pair) => placeAfter(chosen, pair.from) === pair.to || !isTaken(pair.to)),
    );
    if (next.length === kept.length) return kept;
    kept = next;
  }
}

/** A folder that is removed as a whole holds fewer files once some have moved out of it. */
function uncount(store: PlanStore, path: RelPath, files: number): void {
  for (const folder of foldersOf(path)) {
    const removal = store.removal(folder);
    if (removal !== undefined) store.addRemoval({ ...removal, files: removal.files - files });
  }
}

/** Without the pairs whose target is taken by a file that stays; dropping one can make another's target stay taken. */
function withFreeTargets(pairs: readonly FoundPair[]): FoundPair[] {
  let kept = pairs;
  for (;;) {
    const leaving = new Set(kept.map((pair) => pair.from));
    const next = kept.filter((pair) => !pair.occupied || leaving.has(pair.to));
    if (next.length === kept.length) return [...kept];
    kept = next;
  }
}

const folderRows = (ledger: Ledger, folder: RelPath): RelPath[] => {
  const found: RelPath[] = [];
  for (const page of ledger.rows(folder))
    for (const row of page) if (row.path.endsWith('/')) found.push(row.path);
  return found;
};

/** The removals of what a moved folder brings along and the source does not have there, in place of those at its old name. */
function takeUnwanted(
  store: PlanStore,
  move: Move,
  leaving: ReadonlySet<RelPath>,
  stays: (folder: RelPath) => boolean,
  brought: ReadonlySet<RelPath>,
  removesGone: boolean,
): Removal[] {
  uncount(store, move.from, store.removal(move.from) === undefined ? (store.whole(move.from) ?? 0) : 0);
  const unwanted: RelPath[] = [];
  if (removesGone) for (const folder of brought) if (!stays(folder)) unwanted.push(folder);
  for (const freed of store.freedWithin(move.from)) {
    const place = move.to + freed.path.slice(move.from.length);
    if (leaving.has(freed.path)) continue;
    const arrival = store.arrival(place);
    if (arrival === undefined) unwanted.push(place);
    else store.addArrival({ ...arrival, replaces: { size: freed.size, modifiedMs: undefined } });
  }
  store.dropRemovalsWithin(move.from);
  const removals: Removal[] = [];
  let cover: RelPath | undefined;
  for (const path of unwanted.sort()) {
    if (cover !== undefined && path.startsWith(cover)) continue;
    cover = path.endsWith('/') ? path : undefined;
    removals.push({ path, reason: 'leftover', files: path.endsWith('/') ? 0 : 1, stamp: '' });
  }
  return removals;
}

/** A name beside the move's origin, hidden and reserved, so that listings of the target leave it out. */
const besides = (move: Move, index: number): RelPath =>
  `${parentOf(move.from)}.stagesync-swap-${index}-${nameOf(move.from)}${move.from.endsWith('/') ? '/' : ''}`;
