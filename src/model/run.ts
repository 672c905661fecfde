import type { ErrorData } from './errors.ts';
import type { Outcome, Report } from './events.ts';
import type { ActionLine } from './plan.ts';

/** Why a run began. */
export type RunCause = 'schedule' | 'missed' | 'watch' | 'full' | 'command' | 'flush';

/** A run that is over, as it is remembered. Names and messages are not escaped. Times are milliseconds since 1970. */
export interface RunSummary {
  readonly id: string;
  readonly cause: RunCause;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly outcome: Outcome;
  readonly report: Report;
  /** What ended it before its end. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** The most frequent failures first, grouped by cause. */
  readonly failures: readonly FailureGroup[];
  /** What was left out with a warning, grouped in the same way. */
  readonly warnings?: readonly FailureGroup[] | undefined;
  /**
   * It was killed, or the machine stopped: when it ended and what it did is not known. `endedMs` is then `startedMs`, and
   * the report counts nothing.
   */
  readonly didNotEnd?: true | undefined;
  /** Passes of a watch directly before this one that had nothing to do either, and are not remembered one by one. */
  readonly folded?: { readonly passes: number; readonly sinceMs: number } | undefined;
  /** Actions that are not remembered, because there were too many. */
  readonly actionsCut?: number | undefined;
}

export interface FailureGroup {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** One path of them. */
  readonly example: string;
}

/** An action of a run, as it is remembered. */
export type RunAction = ActionLine & {
  readonly ms: number;
  readonly outcome: 'done' | 'failed' | 'skipped';
  readonly error?: (Pick<ErrorData, 'message'> & { readonly code: string }) | undefined;
};
