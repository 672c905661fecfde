import { foldersOf, nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { chooseFolderMoves } from './choose-folder-moves.ts';
import { orderMoves } from './order-moves.ts';
import type { Move, OrderedMove } from './order-moves.ts';
import type { Arrival, PlanStore } from './plan-store.ts';

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
  let pairs: Move[] = withFreeTargets(store.pairs());
  if (pairs.length === 0) return NO_MOVES;
  const target = new Map(pairs.map((pair) => [pair.from, pair.to]));

  const chosen = chooseFolderMoves(pairs, {
    whole: (folder) => store.whole(folder),
    isNew: (folder) => store.hasFolder(folder),
    newFolders: (to) => store.foldersWithin(to).length,
    leftOver: (from, to) => {
      let calls = store.standingWithin(from).length;
      for (const freed of store.freedWithin(from)) {
        const place = to + freed.path.slice(from.length);
        if (target.has(freed.path) || store.arrival(place) !== undefined) continue;
        if (freed.gone && !removesGone) return undefined;
        calls++;
      }
      return calls;
    },
  });

  const foldersAfter = new Set<RelPath>();
  const recreated: RelPath[] = [];
  const before = new Map(chosen.map((move) => [move, folderRows(ledger, move.from)]));
  for (const move of chosen) {
    const brought = new Set(before.get(move)!.map((path) => move.to + path.slice(move.from.length)));
    const stays = (folder: RelPath): boolean => store.hasFolder(folder) || standing.has(folder);
    const standing = new Set(store.standingWithin(move.to));
    dropUnwanted(store, move, target, stays, brought, removesGone);
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
    foldersAfter.add(folder);
  }
  for (const move of chosen) for (const folder of store.foldersWithin(move.from)) foldersAfter.add(folder);

  pairs = pairs.flatMap((pair) => {
    const by = chosen.find((move) => pair.from.startsWith(move.from));
    const from = by === undefined ? pair.from : by.to + pair.from.slice(by.from.length);
    if (from !== pair.to && isTakenBy(chosen, store, target, pair.to)) return [];
    if (store.removal(pair.from) !== undefined) store.dropRemoval(pair.from);
    else if (by === undefined) uncount(store, pair.from, 1);
    if (from !== pair.to) return [{ from, to: pair.to }];
    store.dropArrival(pair.to);
    return [];
  });
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

/** A moved folder brings another file to this very name: the pair's file is uploaded over it instead. */
function isTakenBy(
  chosen: readonly Move[],
  store: PlanStore,
  target: ReadonlyMap<RelPath, RelPath>,
  place: RelPath,
): boolean {
  const by = chosen.find((move) => place.startsWith(move.to));
  const origin = by === undefined ? undefined : by.from + place.slice(by.to.length);
  return origin !== undefined && store.freed(origin) !== undefined && !target.has(origin);
}

/** A folder that is removed as a whole holds fewer files once some have moved out of it. */
function uncount(store: PlanStore, path: RelPath, files: number): void {
  for (const folder of foldersOf(path)) {
    const removal = store.removal(folder);
    if (removal !== undefined) store.addRemoval({ ...removal, files: removal.files - files });
  }
}

/** Without the pairs whose target is taken by a file that stays; dropping one can make another's target stay taken. */
function withFreeTargets(pairs: readonly (Move & { readonly occupied: boolean })[]): Move[] {
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

/** Plans the removal of what a moved folder brings along and the source does not have there. */
function dropUnwanted(
  store: PlanStore,
  move: Move,
  target: ReadonlyMap<RelPath, RelPath>,
  stays: (folder: RelPath) => boolean,
  brought: ReadonlySet<RelPath>,
  removesGone: boolean,
): void {
  uncount(store, move.from, store.removal(move.from) === undefined ? (store.whole(move.from) ?? 0) : 0);
  const unwanted: RelPath[] = [];
  if (removesGone) for (const folder of brought) if (!stays(folder)) unwanted.push(folder);
  for (const freed of store.freedWithin(move.from)) {
    store.dropRemoval(freed.path);
    const place = move.to + freed.path.slice(move.from.length);
    if (target.has(freed.path)) continue;
    const arrival = store.arrival(place);
    if (arrival === undefined) unwanted.push(place);
    else store.addArrival({ ...arrival, replaces: { size: freed.size, modifiedMs: undefined } });
  }
  store.dropRemovalsWithin(move.from);
  let cover: RelPath | undefined;
  for (const path of unwanted.sort()) {
    if (cover !== undefined && path.startsWith(cover)) continue;
    cover = path.endsWith('/') ? path : undefined;
    store.addRemoval({ path, reason: 'leftover', files: path.endsWith('/') ? 0 : 1, stamp: '' });
  }
}

/** A name beside the move's origin, hidden and reserved, so that listings of the target leave it out. */
const besides = (move: Move, index: number): RelPath =>
  `${parentOf(move.from)}.stagesync-swap-${index}-${nameOf(move.from)}${move.from.endsWith('/') ? '/' : ''}`;
