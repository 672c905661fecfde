import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';
import { foldersOf, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PlanLine } from '../../model/plan.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { wholeOf } from './moves/move.ts';
import { PHASES } from './store/step-table.ts';
import { planLines } from './store/plan-lines.ts';
import type { PlanStore } from './store/plan-store.ts';

export interface FreshPlan {
  readonly store: PlanStore;
  readonly ledger: Ledger;
  readonly refuse: (path: RelPath, problem: Problem) => void;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
}

/**
 * Restricts a fresh plan to one that was approved earlier. Only actions that both plans have, for the same versions at both
 * ends, are left. An approved action that the fresh plan lacks is refused, because an end changed since; unless its goal is
 * reached already. An action that only the fresh plan has was never approved, and is left for the next plan.
 *
 * Not pure: drops actions from the plan store, and reads the ledger.
 */
export function restrictTo(approved: Iterable<PlanLine>, plan: FreshPlan): void {
  const fresh = new FreshLines(planLines(plan.store));
  const kept = keepApproved(approved, fresh, plan);
  dropOthers(fresh, kept, plan.store);
  restrictMoves(fresh, kept, plan);
}

/** The lines of the fresh plan, to be found by what they say and by the paths they change. */
class FreshLines {
  readonly #byKey = new Map<string, PlanLine>();
  readonly #kindAt = new Map<RelPath, PlanLine['kind']>();

  constructor(lines: Iterable<PlanLine>) {
    for (const line of lines) {
      this.#byKey.set(keyOf(line), line);
      this.#kindAt.set(line.path, line.kind);
      if (line.to !== undefined) this.#kindAt.set(line.to, line.kind);
    }
  }

  has(line: PlanLine): boolean {
    return this.#byKey.has(keyOf(line));
  }

  all(): Iterable<PlanLine> {
    return this.#byKey.values();
  }

  /** What the fresh plan does at the paths of a line, if anything. */
  kindAt({ path, to }: PlanLine): PlanLine['kind'] | undefined {
    return this.#kindAt.get(path) ?? (to === undefined ? undefined : this.#kindAt.get(to));
  }
}

const keyOf = ({ kind, path, to = '', stamp }: PlanLine): string => [kind, path, to, stamp].join('\n');

/** What both plans have. */
class Kept {
  readonly #keys = new Set<string>();
  /** Folders whose removal both have: what is in them goes with them. */
  readonly #removedFolders = new Set<RelPath>();
  /** Folders on the way to what both have. */
  readonly #needed = new Set<RelPath>();

  add(line: PlanLine): void {
    this.#keys.add(keyOf(line));
    for (const folder of foldersOf(line.to ?? line.path)) this.#needed.add(folder);
  }

  addRemoval(line: PlanLine): void {
    this.#keys.add(keyOf(line));
    this.#removedFolders.add(line.path);
  }

  hasSame(line: PlanLine): boolean {
    return this.#keys.has(keyOf(line));
  }

  has(line: PlanLine): boolean {
    return this.hasSame(line) || (line.within !== undefined && this.#removedFolders.has(line.within));
  }

  needs(folder: RelPath): boolean {
    return this.#needed.has(folder);
  }
}

/** Collects the lines that both plans have. Approved lines that the fresh plan lacks are refused. */
function keepApproved(
  approved: Iterable<PlanLine>,
  fresh: FreshLines,
  { ledger, refuse, words }: FreshPlan,
): Kept {
  const kept = new Kept();
  /** Folders that were to move and do not, and whether all they hold is moved, or to be moved, file by file. */
  const takenApart = new Map<RelPath, { readonly line: PlanLine; complete: boolean }>();
  const refuseOutdated = (line: PlanLine): void =>
    refuse(line.path, outdated(line, { isPlanned: fresh.kindAt(line) !== undefined, words }));
  for (const line of approved) {
    const folder = line.within === undefined ? undefined : takenApart.get(line.within);
    if (fresh.has(line)) kept.add(line);
    else if (isReached(line, fresh, ledger)) continue;
    else if (folder !== undefined) folder.complete = false;
    else if (line.within !== undefined) continue;
    else if (line.kind === 'move' && isFolderPath(line.path))
      takenApart.set(line.path, { line, complete: true });
    else refuseOutdated(line);
  }
  for (const { line, complete } of takenApart.values()) if (!complete) refuseOutdated(line);
  for (const line of fresh.all()) {
    if (line.kind !== 'remove') continue;
    // a folder that was to move, and is emptied instead, would have been gone too
    const isEmptied = line.files === 0 && takenApart.has(line.path);
    if (isEmptied || kept.hasSame(line)) kept.addRemoval(line);
  }
  return kept;
}

/** Drops from the store what was not approved. */
function dropOthers(fresh: FreshLines, kept: Kept, store: PlanStore): void {
  for (const line of fresh.all()) {
    if (kept.has(line)) continue;
    if (line.kind === 'upload') store.arrivals.drop(line.path);
    if (line.kind === 'remove') store.removals.drop(line.path);
    if (line.kind === 'createFolder' && !kept.needs(line.path)) store.folders.drop(line.path);
  }
}

function restrictMoves(fresh: FreshLines, kept: Kept, { store: { steps } }: FreshPlan): void {
  const keptMoves = new Set<string>();
  for (const line of fresh.all())
    if (line.kind === 'move' && kept.has(line)) keptMoves.add(`${line.path}\n${line.to}`);
  for (const phase of PHASES)
    for (const step of steps.of(phase)) {
      const { from, to } = wholeOf(step);
      if (!keptMoves.has(`${from}\n${to}`)) steps.drop(step);
    }
}

/** Whether the goal of an approved action that the fresh plan lacks is reached: it was done, or was so already. */
const isReached = (line: PlanLine, fresh: FreshLines, ledger: Ledger): boolean =>
  line.kind === 'createFolder' || (fresh.kindAt(line) === undefined && isDone(line, ledger));

/** Whether what was approved holds already; asked where a fresh comparison finds nothing to do at the path. */
function isDone({ kind, path, to, stamp }: PlanLine, ledger: Ledger): boolean {
  if (kind === 'remove') return ledger.get(path) === undefined;
  // a folder is told of by its files, each by a line of its own; in a swap another folder has the old name
  if (isFolderPath(path)) return false;
  const row = ledger.get(kind === 'move' ? (to ?? '') : path);
  return row !== undefined && stamp.startsWith(`${row.size}:${row.version}|`);
}

interface Outdated {
  /** Whether the fresh plan does something else at the path. */
  readonly isPlanned: boolean;
  readonly words: DestinationWords;
}

const outdated = (line: PlanLine, { isPlanned, words }: Outdated): Problem => ({
  code: 'plan_outdated',
  severity: 'failure',
  message: `planned to ${WORDS[line.kind]} it (${line.reason}), but ${isPlanned ? `the source or ${words.name} changed since` : 'nothing is to be done here any more'}; not done. Make a new plan`,
});

const WORDS: Record<PlanLine['kind'], string> = {
  createFolder: 'create',
  upload: 'upload',
  move: 'move',
  remove: 'remove',
};
