import { isSyncError } from '../../../model/errors.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { sameAtDestination } from '../../compare/decide.ts';
import type { PathFilter } from '../../../model/ports.ts';
import type { GateUse } from '../../../remote/gate-use.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { OrderedMove } from '../../plan/moves/order-moves.ts';
import { KEPT } from '../../plan/plan-problems.ts';
import type { Arrival, PlanStore } from '../../plan/store/plan-store.ts';
import type { Tally } from '../../tally.ts';
import { FolderMoves } from './folder-moves.ts';
import { rename } from '../looks/folder-rows.ts';
import type { FreshLooks } from '../looks/fresh-looks.ts';
import { isHidden } from '../hidden-names.ts';
import type { Journal } from '../journal.ts';
import type { Learnt } from '../learnt.ts';
import type { Attempted, Outcomes } from '../outcomes.ts';
import type { Check, CheckVerdict, Remote } from '../../../remote/remote.ts';
import type { DestinationTimes } from '../destination-times.ts';
import type { TaskPool } from '../task-pool.ts';

export type MoveStep = OrderedMove & { readonly files?: number; readonly arrival?: Arrival };

export interface MovesOptions {
  readonly remote: Remote;
  readonly gate: GateUse;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly tasks: TaskPool;
  readonly tally: Tally;
  readonly looks: FreshLooks;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly store: PlanStore;
  readonly concurrency: number;
  /** What takes part on Stage. */
  readonly filter: PathFilter;
  /** Where a file goes whose move is not made: it is uploaded instead. */
  readonly upload: (arrival: Arrival) => void | Promise<void>;
  /** A file that was to move is still at its old name. */
  readonly onStayed: (path: RelPath) => void;
}

/** Moves files and folders on Stage, and their rows in the ledger with them, once a fresh look shows them as planned. */
export class Moves {
  readonly #options: MovesOptions;
  readonly #folders: FolderMoves;
  /** The intents of moves by way of a hidden name: one covers both halves. */
  readonly #begun = new Map<OrderedMove, number>();
  /** Moves whose first half was made. */
  readonly #out = new Set<OrderedMove>();

  constructor(options: MovesOptions) {
    this.#options = options;
    this.#folders = new FolderMoves({ ...options, place: (path) => this.#place(path) });
  }

  /** Many at the same time, but each after the one that frees its target and the one that brings its origin. */
  async makeAll(steps: readonly MoveStep[], reason: string): Promise<void> {
    const { tasks, looks } = this.#options;
    looks.forget();
    const frees = new Map<RelPath, Promise<boolean>>();
    const brings = new Map<RelPath, Promise<boolean>>();
    for (const step of steps) {
      if (tasks.stopped) break;
      const [freed, brought] = [frees.get(step.to), brings.get(step.from)];
      const why = step.aside === undefined ? reason : 'cycle';
      const made = (async () => {
        const ready = (await freed) !== false && (await brought) !== false && this.isOut(step);
        if (tasks.stopped) return false;
        return ready ? this.#make(step, why) : this.#goWithout(step);
      })();
      const worked = made.catch(() => false);
      frees.set(step.from, worked);
      brings.set(step.to, worked);
      await tasks.start(made);
    }
    await tasks.idle();
  }

  /** A second half can only be made where the first was, maybe in an earlier phase. */
  isOut({ aside }: MoveStep): boolean {
    return aside?.half !== 'in' || this.#out.has(aside.whole);
  }

  /**
   * The move before this one was not made: its target is still taken, or its origin not there. On a Stage whose moves
   * replace files it would destroy what the other was to bring elsewhere. A file is uploaded over the target instead; a
   * folder, and what already waits under a hidden name, is left to another look.
   */
  async #goWithout(step: MoveStep): Promise<false> {
    const { upload, learnt, onStayed } = this.#options;
    const { aside, arrival } = step;
    if (aside?.half === 'out') return false;
    if (aside !== undefined && this.#out.has(aside.whole)) learnt.lookAgain();
    else if (arrival !== undefined) {
      onStayed((aside?.whole ?? step).from);
      await upload(arrival);
    } else learnt.isMixed((aside?.whole ?? step).from);
    return false;
  }

  /** Resolves with whether it was made. */
  async #make(step: MoveStep, reason: string): Promise<boolean> {
    const { outcomes, tasks, learnt } = this.#options;
    const attempted = outcomes.begin('move', (step.aside?.whole ?? step).from, reason);
    try {
      if (isFolderPath(step.from))
        return await this.#folders.make(step, attempted, () => this.#intent(step, reason));
      if (tasks.stopped) return false;
      return await this.#makeFile(step, attempted, reason);
    } catch (error) {
      const mayGoOn = isSyncError(error) && error.verdict !== 'end_run' && !learnt.isLastRound;
      // a folder that cannot be moved is not the end of it: its files may be
      if (isFolderPath(step.from) && mayGoOn) learnt.isMixed((step.aside?.whole ?? step).from);
      else outcomes.failed(attempted, error);
      return false;
    } finally {
      if (step.aside?.half === 'out' && isFolderPath(step.from) && this.#folders.isOut(step.aside.whole))
        this.#out.add(step.aside.whole);
    }
  }

  async #makeFile(step: MoveStep, attempted: Attempted, reason: string): Promise<boolean> {
    const { remote, tally, ledger, journal, outcomes, tasks, times } = this.#options;
    const half = step.aside?.half;
    const intent = this.#intent(step, reason);
    const begins = half !== 'in';
    try {
      const check: Check | undefined = isHidden(step.from)
        ? undefined
        : (attempt, inDoubt) => this.#check(step, attempt, inDoubt);
      const end = await remote.move(this.#place(step.from), this.#place(step.to), { begins, check });
      if (end !== 'done') {
        if (half !== 'in') journal.end(intent);
        return await this.#goWithout(step);
      }
    } catch (error) {
      const untouched = half !== 'in' && (tasks.notBegun(error) || outcomes.isSettled(error));
      if (untouched) journal.end(intent);
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      // refused: the content comes by an upload
      return this.#goWithout(step);
    }
    const write = (): void => {
      rename(ledger, step.from, step.to, times);
      const row = half === 'out' ? undefined : ledger.get(step.to);
      if (half !== 'out') ledger.note((step.aside?.whole ?? step).from, 'moved', reason);
      if (row !== undefined)
        ledger.put({ ...row, ...rowOf(step.arrival!.entry, row.digest ?? step.arrival!.digest) }, reason);
    };
    if (half === 'out') ledger.transaction(write);
    else journal.end(intent, write);
    // later steps rename the rows that this one renamed
    journal.flush();
    if (half === 'out') {
      this.#out.add(step.aside!.whole);
      return true;
    }
    tally.moved++;
    outcomes.done(attempted, { to: step.to, files: 1 });
    return true;
  }

  /** Looks whether the file is there as the ledger has it, right before it moves; a hidden name is known to this run alone. */
  async #check({ from, to }: MoveStep, attempt: number, inDoubt: boolean): Promise<CheckVerdict> {
    const { looks, ledger, tally, remote } = this.#options;
    const row = ledger.get(from);
    const look = await looks.at(from, attempt > 1);
    const shown = 'unclear' in look ? undefined : look.shown;
    const isThere = row !== undefined && shown !== undefined && sameAtDestination(shown, row);
    if (isThere && !inDoubt) return 'go';
    // an attempt whose reply was lost may have made it, and others may have put another file since
    const hasCome =
      inDoubt && row !== undefined && (await remote.statNow(this.#place(to)))?.size === row.size;
    if (isThere) return hasCome ? 'kept' : 'go';
    if (hasCome) return 'done';
    if (shown === undefined) return 'gone';
    tally.problem(from, KEPT);
    return 'kept';
  }

  /** Hidden names lie at the top of the Stage, all others below the target. */
  #place(path: RelPath): RelPath {
    return isHidden(path) ? path : this.#options.remote.root + path;
  }

  #intent(step: MoveStep, reason: string): number {
    const { journal } = this.#options;
    if (step.aside === undefined)
      return journal.begin([{ op: 'move', path: step.from, to: step.to, reason }])[0]!;
    const { whole } = step.aside;
    const begun = this.#begun.get(whole);
    if (begun !== undefined) return begun;
    const via = step.to;
    const intent = journal.begin([{ op: 'move', path: whole.from, to: whole.to, via, reason }])[0]!;
    this.#begun.set(whole, intent);
    return intent;
  }
}
