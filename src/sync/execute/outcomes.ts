import { errorDataBeside, hasFact, isOfReading, isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { Action } from '../../model/plan.ts';
import type { Clock } from '../../model/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Tally } from '../tally.ts';
import type { TaskPool } from './task-pool.ts';

/** An action under way, as its outcome will be told. */
export interface Attempted {
  readonly kind: Action['kind'];
  readonly path: RelPath;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly started: number;
}

export interface OutcomesOptions {
  readonly tally: Tally;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly tasks: TaskPool;
  readonly signal: AbortSignal;
}

/**
 * Whether the source could not give this one file. Such an error protects the destination's file there, and nothing
 * else.
 */
const isSourceTrouble = (error: unknown): boolean => hasFact(error, 'changed', 'gone', 'unreadable');

/** So many changes are forbidden before any is made: then it is the credentials that may change nothing. */
const MOST_FORBIDDEN = 20;

/** Tells and counts how actions ended, and decides whether the run can go on. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  #forbidden = 0;

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  begin(kind: Action['kind'], path: RelPath, reason: string): Attempted {
    return { kind, path, reason, started: this.#options.clock.now() };
  }

  done(
    attempted: Attempted,
    more: {
      readonly to?: RelPath;
      readonly bytes?: number;
      readonly files?: number;
      readonly within?: RelPath;
    },
  ): void {
    const { tally, clock } = this.#options;
    const { kind, path, reason, started } = attempted;
    tally.emit({ type: 'action', kind, path, reason, ...more, ms: clock.now() - started, outcome: 'done' });
  }

  failed(attempted: Attempted, error: unknown): void {
    const { tally, clock, signal, ledger, tasks } = this.#options;
    const { kind, path, reason, started } = attempted;
    if (signal.aborted || tasks.notBegun(error)) return;
    if (hasFact(error, 'gone')) {
      tally.problem(path, {
        code: error.code === 'entry_changed' ? 'still_changing' : 'entry_gone',
        severity: 'warning',
        message:
          error.code === 'entry_changed'
            ? 'is still being written; left for the next look'
            : 'gone before it could be read; left for the next run',
      });
      return;
    }
    // what ended the run breaks off all that is under way: it is told once
    if (tasks.wasEndedBy(error)) return;
    if (tally.isTold(path, 'failed')) return;
    tally.failed++;
    if (kind !== 'remove') tally.changesFailed++;
    // a file that the source could not give says nothing of others; a change that was refused stops all removals
    if (kind !== 'remove' && !isSourceTrouble(error)) tally.changesRefused++;
    const described = errorDataBeside(path, error);
    tally.unsettled.failed(path, described);
    tally.emit({
      type: 'action',
      kind,
      path,
      reason,
      ms: clock.now() - started,
      outcome: 'failed',
      error: described,
    });
    // an unforeseen error is that of its entry alone; where the destination is out of reach, all that follows would fail
    const outOfReach = hasFact(error, 'out_of_reach') && !isOfReading(error);
    const endsRun =
      outOfReach || this.#mayChangeNothing(error) || (isSyncError(error) && error.verdict === 'end_run');
    if (endsRun) tasks.end(error);
    if (described.code !== 'state_unusable') ledger.note(path, 'failed', described.code);
    if (!endsRun) tally.onFailure?.();
  }

  #mayChangeNothing(error: unknown): boolean {
    if (!hasFact(error, 'forbidden')) return false;
    this.#forbidden++;
    return this.#forbidden >= MOST_FORBIDDEN && !this.#options.tally.hasChanged;
  }

  /**
   * Whether a change was certainly not made, so that its intent is settled. A change that was broken off may have been
   * made.
   */
  isSettled(error: unknown): boolean {
    const { tasks, signal } = this.#options;
    return tasks.notBegun(error) || (!signal.aborted && isSyncError(error) && !error.inDoubt);
  }
}
