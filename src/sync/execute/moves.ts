import { isSyncError, SyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { rowOf } from '../plan/planner.ts';
import type { Arrival } from '../plan/plan-store.ts';
import type { OrderedMove } from '../plan/order-moves.ts';
import type { Tally } from '../tally.ts';
import type { Journal } from './journal.ts';
import type { Outcomes } from './outcomes.ts';
import type { Remote } from './remote.ts';
import type { TaskPool } from './task-pool.ts';

export type MoveStep = OrderedMove & { readonly files?: number; readonly arrival?: Arrival };

export interface MovesOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly tasks: TaskPool;
  readonly tally: Tally;
  /** Where a file goes whose move is refused: it is uploaded instead. */
  readonly upload: (arrival: Arrival) => void | Promise<void>;
}

/** Moves files and folders on Stage, and their rows in the ledger with them. */
export class Moves {
  readonly #options: MovesOptions;
  /** The intents of cycles under way: one covers both halves. */
  readonly #cycles = new Map<OrderedMove, number>();

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Many at the same time, but each after the one that frees its target and the one that brings its origin. */
  async makeAll(steps: readonly MoveStep[], reason: string): Promise<void> {
    const { tasks } = this.#options;
    const frees = new Map<RelPath, Promise<boolean>>();
    const brings = new Map<RelPath, Promise<boolean>>();
    for (const step of steps) {
      if (tasks.stopped) break;
      const [freed, brought] = [frees.get(step.to), brings.get(step.from)];
      const why = step.cycle === undefined ? reason : 'cycle';
      const made = (async () => {
        const ready = (await freed) !== false && (await brought) !== false;
        if (tasks.stopped) return false;
        return ready ? this.#make(step, why) : this.#goWithout(step, why);
      })();
      const worked = made.catch(() => false);
      frees.set(step.from, worked);
      brings.set(step.to, worked);
      await tasks.start(made);
    }
    await tasks.idle();
  }

  /**
   * The move before this one failed: its target is still taken, or its origin not there. On a Stage whose moves
   * replace files it would destroy what the other was to bring elsewhere. A file is uploaded over the target instead.
   */
  async #goWithout(step: MoveStep, reason: string): Promise<false> {
    const { outcomes, upload } = this.#options;
    if (step.cycle?.half === 'first') return false;
    if (step.arrival !== undefined) await upload(step.arrival);
    else outcomes.failed(outcomes.begin('move', step.cycle?.whole.from ?? step.from, reason), heldUp(step));
    return false;
  }

  /** Resolves with whether it was made. */
  async #make(step: MoveStep, reason: string): Promise<boolean> {
    const { remote, tally, ledger, journal, outcomes, tasks, upload } = this.#options;
    const { arrival, files = 1 } = step;
    const half = step.cycle?.half;
    const begins = half !== 'last';
    const attempted = outcomes.begin('move', step.cycle?.whole.from ?? step.from, reason);
    const intent = this.#intent(step, reason);
    try {
      await remote.move(remote.root + step.from, remote.root + step.to, begins);
      const write = (): void => {
        ledger.rename(step.from, step.to);
        const row = arrival === undefined || half === 'first' ? undefined : ledger.get(step.to);
        if (row !== undefined)
          ledger.moved({ ...row, ...rowOf(arrival!.entry, row.digest ?? arrival!.digest) }, reason);
      };
      if (half === 'first') ledger.transaction(write);
      else journal.end(intent, write);
      // later steps rename the rows that this one renamed
      journal.flush();
      if (half === 'first') return true;
      tally.moved += files;
      outcomes.done(attempted, { to: step.to, files });
      return true;
    } catch (error) {
      const settled = half === undefined ? outcomes.isSettled(error) : begins && tasks.notBegun(error);
      if (settled) journal.end(intent);
      const refused = half === undefined && isSyncError(error) && error.verdict === 'skip_entry';
      if (refused && arrival !== undefined) await upload(arrival);
      else outcomes.failed(attempted, error);
      return false;
    }
  }

  #intent(step: MoveStep, reason: string): number {
    const { journal, remote } = this.#options;
    if (step.cycle === undefined) {
      return journal.begin([{ op: 'move', path: step.from, to: step.to, reason }])[0]!;
    }
    const { whole } = step.cycle;
    const begun = this.#cycles.get(whole);
    if (begun !== undefined) return begun;
    const via = remote.root + step.to;
    const intent = journal.begin([{ op: 'move', path: whole.from, to: whole.to, via, reason }])[0]!;
    this.#cycles.set(whole, intent);
    return intent;
  }
}

const heldUp = ({ from, to }: MoveStep): SyncError =>
  new SyncError(
    'stage_exists',
    `${from} was not moved to ${to}, because a move before it failed; the next run plans it anew`,
    { verdict: 'skip_entry' },
  );
