import type { Problem } from '../../../model/entry.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { foldersInLedger, removeBroughtAlong } from './brought-along.ts';
import { chooseFolderMoves } from './choose-folder-moves.ts';
import type { FolderMove } from './choose-folder-moves.ts';
import { byWayOf, orderMoves } from './order-moves.ts';
import type { Move, OrderedMove } from './order-moves.ts';
import type { FoundPair } from './find-moves.ts';
import type { Arrival, PlanStore, Removal } from '../store/plan-store.ts';
import { clearNames, giveUpStuckNames, uploadedFirst } from '../stuck-names.ts';
import type { Leaving } from '../stuck-names.ts';

export type FolderStep = OrderedMove & { readonly files: number };
export type FileStep = OrderedMove & { readonly arrival: Arrival };

/** The moves of a plan, by what has to come before them and after. */
export interface MovePlan {
  /** Files that are uploaded before all else, for their content is to go from a name that is needed. */
  readonly uploadFirst: readonly Arrival[];
  /** Files whose names are needed for folders leave them first. */
  readonly outFirst: readonly FileStep[];
  readonly folderMoves: readonly FolderStep[];
  /** Folders that can only be created once the folders have moved. */
  readonly foldersAfter: ReadonlySet<RelPath>;
  readonly fileMoves: readonly FileStep[];
  /** Files that take the names of folders which go: they come in once those are gone. */
  readonly inLast: readonly FileStep[];
}

const NO_MOVES: MovePlan = {
  uploadFirst: [],
  outFirst: [],
  folderMoves: [],
  foldersAfter: new Set(),
  fileMoves: [],
  inLast: [],
};

export interface MoveOptions {
  readonly removesGone: boolean;
  /** Whether a folder may be moved as a whole. */
  readonly mayMove: (folder: RelPath) => boolean;
  /** A name on Stage that nobody else has, for what waits there between two moves; a folder's for a folder. */
  readonly hiddenName: (move: Move) => RelPath;
  readonly refuse: (path: RelPath, problem: Problem) => void;
}

/**
 * Turns uploads and removals in the store into moves wherever a file, or a whole folder, only changed its place.
 * What the moves leave to do stays in the store: changed files, files that a moved folder brings along unwanted, and
 * folders it does not bring.
 */
export function planMoves(store: PlanStore, ledger: Ledger, options: MoveOptions): MovePlan {
  const { found, chosen, leaving: known } = choose(store, ledger, options);
  const uploadFirst = clearNames(known, ledger);
  if (found.length === 0) return { ...NO_MOVES, uploadFirst };
  const { removesGone, hiddenName } = options;
  const pairs = withoutTaken(found, chosen, store);
  const leaving = new Set(pairs.map((pair) => pair.from));
  const foldersAfter = new Set<RelPath>();
  const recreated: RelPath[] = [];
  const unwanted: Removal[] = [];
  const before = new Map(chosen.map((move) => [move, foldersInLedger(ledger, move.from)]));
  for (const move of chosen) {
    const brought = new Set(before.get(move)!.map((path) => move.to + path.slice(move.from.length)));
    unwanted.push(...removeBroughtAlong(store, move, leaving, brought, removesGone));
    for (const folder of store.folders.within(move.to)) {
      if (brought.has(folder)) store.folders.drop(folder);
      else foldersAfter.add(folder);
    }
    // folders that both ends have leave with the move; the source still wants them, unless another move brings them
    recreated.push(...store.commonFolders.within(move.from));
  }
  for (const folder of recreated) {
    const bringer = chosen.find((move) => folder.startsWith(move.to));
    if (
      bringer !== undefined &&
      before.get(bringer)!.includes(bringer.from + folder.slice(bringer.to.length))
    )
      continue;
    store.folders.add(folder, 'missing');
  }
  for (const move of chosen) for (const folder of store.folders.within(move.from)) foldersAfter.add(folder);

  const apart: FoundPair[] = [];
  for (const pair of pairs) {
    store.removals.drop(pair.from);
    if (placeAfter(chosen, pair.from) === pair.to) carry(store, pair);
    else apart.push(pair);
  }
  // not earlier: the same names may be those of what another move takes away
  for (const removal of unwanted) store.removals.add(removal);
  const { outFirst, fileMoves, inLast } = arrange(store, chosen, apart, hiddenName);
  for (const step of [...fileMoves, ...inLast]) store.arrivals.drop(step.arrival.path);
  const folderMoves = orderMoves(chosen, hiddenName).map((step) => {
    const origin = chosen.find((move) => move.from === (step.aside?.whole ?? step).from);
    return { ...step, files: step.aside?.half === 'out' ? 0 : (origin?.files ?? 0) };
  });
  return { uploadFirst, outFirst, folderMoves, foldersAfter, fileMoves, inLast };
}

/** The pairs that can become moves, and the folders that move as wholes; names that stay taken are given up first. */
function choose(
  store: PlanStore,
  ledger: Ledger,
  { removesGone, mayMove, refuse }: MoveOptions,
): { found: FoundPair[]; chosen: readonly FolderMove[]; leaving: Leaving } {
  const all = store.pairs.all();
  /** Folders that do not move as wholes, for a file is uploaded into them before. */
  const barred = new Set<RelPath>();
  for (let found = withFreeTargets(all); ;) {
    const moving = new Set(found.map((pair) => pair.from));
    const chosen = chooseFolderMoves(found, {
      whole: (folder) =>
        mayMove(folder) && !barred.has(folder) ? store.wholeFolders.filesIn(folder) : undefined,
      isNew: (folder) => store.folders.has(folder),
      newFolders: (to) => store.folders.within(to).length,
      leftOver: (from, to) => {
        let calls = store.commonFolders.within(from).length;
        for (const freed of store.freed.within(from)) {
          const place = to + freed.path.slice(from.length);
          if (moving.has(freed.path) || store.arrivals.get(place) !== undefined) continue;
          if (freed.gone && !removesGone) return undefined;
          calls++;
        }
        if (removesGone) return calls;
        // a folder that it would bring to a file's name could not be removed there
        const blocks = (folder: RelPath): boolean =>
          store.arrivals.get(to + folder.slice(from.length, -1)) !== undefined;
        return foldersInLedger(ledger, from).some(blocks) ? undefined : calls;
      },
    });
    const leaving = { store, folderMoves: chosen, fileMoves: withoutTaken(found, chosen, store), pairs: all };
    const first = uploadedFirst(leaving);
    const hindered = chosen.filter(({ from, to }) =>
      first.some(({ arrival: { path } }) => path.startsWith(from) || path.startsWith(to)),
    );
    for (const { from } of hindered) barred.add(from);
    if (hindered.length > 0) continue;
    if (!giveUpStuckNames(leaving, refuse)) return { found, chosen, leaving };
    found = withFreeTargets(found.filter((pair) => store.arrivals.get(pair.to) !== undefined));
  }
}

/** The moves of single files, in three groups; where a name is first a file's and then a folder's, by way of a hidden one. */
function arrange(
  store: PlanStore,
  chosen: readonly Move[],
  pairs: readonly Move[],
  hiddenName: MoveOptions['hiddenName'],
): Pick<MovePlan, 'outFirst' | 'fileMoves' | 'inLast'> {
  const becomesFolder = (path: RelPath): boolean =>
    store.folders.has(`${path}/`) || chosen.some((move) => move.to === `${path}/`);
  const isFolderYet = (path: RelPath): boolean => store.removals.get(`${path}/`) !== undefined;
  const outFirst: OrderedMove[] = [];
  const outNext: OrderedMove[] = [];
  const inLast: OrderedMove[] = [];
  const direct: (Move & { readonly second?: OrderedMove })[] = [];
  for (const pair of pairs) {
    const from = placeAfter(chosen, pair.from);
    const needed = becomesFolder(from);
    if (!needed && !isFolderYet(pair.to)) {
      direct.push({ from, to: pair.to });
      continue;
    }
    const whole = { from: needed ? pair.from : from, to: pair.to };
    const [out, back] = byWayOf(whole, hiddenName(whole));
    (needed ? outFirst : outNext).push(out);
    if (isFolderYet(pair.to)) inLast.push(back);
    else direct.push({ ...back, second: back });
  }
  const ordered = orderMoves(direct, hiddenName).map(
    (step) => direct.find(({ from, second }) => second !== undefined && from === step.from)?.second ?? step,
  );
  const withArrival = (step: OrderedMove): FileStep => ({
    ...step,
    arrival: store.arrivals.get((step.aside?.whole ?? step).to)!,
  });
  return {
    outFirst: outFirst.map(withArrival),
    fileMoves: [...outNext, ...ordered].map(withArrival),
    inLast: inLast.map(withArrival),
  };
}

function carry(store: PlanStore, { from, to }: Move): void {
  store.carried.add({ from, arrival: store.arrivals.get(to)! });
  store.arrivals.drop(to);
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
      return origin !== undefined && store.freed.get(origin) !== undefined && !leaving.has(origin);
    };
    const next = withFreeTargets(
      kept.filter((pair) => placeAfter(chosen, pair.from) === pair.to || !isTaken(pair.to)),
    );
    if (next.length === kept.length) return kept;
    kept = next;
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
