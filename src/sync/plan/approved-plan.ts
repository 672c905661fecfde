import type { Problem } from '../../model/entry.ts';
import { foldersOf, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PlanLine } from '../../model/plan.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderedMove } from './moves/order-moves.ts';
import { planLines } from './store/plan-lines.ts';
import type { MovePlan } from './moves/plan-moves.ts';
import type { PlanStore } from './store/plan-store.ts';

const keyOf = ({ kind, path, to = '', stamp }: PlanLine): string => [kind, path, to, stamp].join('\n');

/**
 * Holds a fresh plan to one that was approved earlier: only actions that both have, resting on the same versions at
 * both ends, are left. What was approved and is not in the fresh plan is refused, entry by entry, for either end changed
 * since; unless its goal is reached already. What only the fresh plan has was never approved and is left for the next.
 */
export function restrictTo(
  approved: Iterable<PlanLine>,
  store: PlanStore,
  moves: MovePlan,
  ledger: Ledger,
  refuse: (path: RelPath, problem: Problem) => void,
): MovePlan {
  const fresh = new Map<string, PlanLine>();
  const freshKinds = new Map<RelPath, string>();
  for (const line of planLines(store, moves)) {
    fresh.set(keyOf(line), line);
    freshKinds.set(line.path, line.kind);
    if (line.to !== undefined) freshKinds.set(line.to, line.kind);
  }
  const kept = new Set<string>();
  const needed = new Set<RelPath>();
  /** Folders that were to move and do not, and whether all they hold is moved, or to be moved, file by file. */
  const takenApart = new Map<RelPath, { readonly line: PlanLine; complete: boolean }>();
  const nowAt = ({ path, to }: PlanLine): string | undefined =>
    freshKinds.get(path) ?? (to === undefined ? undefined : freshKinds.get(to));
  for (const line of approved) {
    const key = keyOf(line);
    const folder = line.within === undefined ? undefined : takenApart.get(line.within);
    if (fresh.has(key)) {
      kept.add(key);
      for (const each of foldersOf(line.to ?? line.path)) needed.add(each);
    } else if (line.kind === 'createFolder' || (nowAt(line) === undefined && isDone(line, ledger))) {
      // it was done before, or was there: what was wanted is so
      continue;
    } else if (folder !== undefined) folder.complete = false;
    else if (line.within === undefined && line.kind === 'move' && isFolderPath(line.path))
      takenApart.set(line.path, { line, complete: true });
    else if (line.within === undefined) refuse(line.path, outdated(line, nowAt(line)));
  }
  for (const { line, complete } of takenApart.values())
    if (!complete) refuse(line.path, outdated(line, nowAt(line)));
  const keptFolders = new Set<RelPath>();
  for (const [key, { kind, path, files }] of fresh) {
    if (kind !== 'remove') continue;
    // a folder that was to move, and is emptied instead, was to be gone as well
    if (files === 0 && takenApart.has(path)) kept.add(key);
    if (kept.has(key)) keptFolders.add(path);
  }
  const isKept = (line: PlanLine): boolean =>
    kept.has(keyOf(line)) || (line.within !== undefined && keptFolders.has(line.within));
  for (const line of fresh.values()) {
    if (isKept(line)) continue;
    if (line.kind === 'upload') store.arrivals.drop(line.path);
    if (line.kind === 'remove') store.removals.drop(line.path);
    if (line.kind === 'createFolder' && !needed.has(line.path)) store.folders.drop(line.path);
  }
  const keptMoves = new Set<string>();
  for (const line of fresh.values())
    if (line.kind === 'move' && isKept(line)) keptMoves.add(`${line.path}\n${line.to}`);
  const stays = (move: OrderedMove): boolean => {
    const { from, to } = move.aside?.whole ?? move;
    return keptMoves.has(`${from}\n${to}`);
  };
  return {
    uploadFirst: moves.uploadFirst.filter(({ path }) => store.arrivals.get(path) !== undefined),
    outFirst: moves.outFirst.filter(stays),
    folderMoves: moves.folderMoves.filter(stays),
    foldersAfter: moves.foldersAfter,
    fileMoves: moves.fileMoves.filter(stays),
    inLast: moves.inLast.filter(stays),
  };
}

/** Whether what was approved holds already; asked where a fresh comparison finds nothing to do at the path. */
function isDone({ kind, path, to, stamp }: PlanLine, ledger: Ledger): boolean {
  if (kind === 'remove') return ledger.get(path) === undefined;
  // of a folder its files tell, each by its own line; in a swap another one has the old name
  const row = ledger.get(kind === 'move' ? (to ?? '') : path);
  if (isFolderPath(path)) return false;
  return row !== undefined && stamp.startsWith(`${row.size}:${row.version}|`);
}

const outdated = (line: PlanLine, now: string | undefined): Problem => ({
  code: 'plan_outdated',
  severity: 'failure',
  message: `planned to ${WORDS[line.kind]} it (${line.reason}), but ${now === undefined ? 'nothing is to be done here any more' : 'the source or Stage changed since'}; not done. Make a new plan`,
});

const WORDS: Record<PlanLine['kind'], string> = {
  createFolder: 'create',
  upload: 'upload',
  move: 'move',
  remove: 'remove',
};
