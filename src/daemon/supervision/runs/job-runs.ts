import { errorData, isSyncError, SyncError } from '../../../model/errors.ts';
import { emptyReport, type EventListener, type Report } from '../../../model/events.ts';
import type { Pace } from '../../../model/pace.ts';
import type { Clock } from '../../../model/ports.ts';
import type { JobPass, OpenJob } from '../../../jobs/open-job.ts';
import type { PassResult } from '../../../sync/pass-options.ts';
import { newRunId } from '../../../sync/ledger/runs/run-id.ts';
import { asSyncError } from '../../../sync/watch/after-error.ts';
import type { LastRun } from '../../history/last-runs.ts';
import type { RunCause, RunSummary } from '../../view/daemon-view.ts';
import { ComparisonTurns } from './comparison-turns.ts';
import { RunProgress } from './run-progress.ts';
import type { Throughput } from './throughput.ts';
import { duration } from '../../../model/quantities/duration.ts';

export interface JobRunsOptions {
  readonly clock: Clock;
  readonly turns: ComparisonTurns;
  readonly throughput: Throughput;
  /** Milliseconds; undefined: a run may take as long as it likes. */
  readonly timeoutMs: number | undefined;
  readonly onEnded: (run: RunSummary) => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
  /** How the last run before this process ended. */
  readonly before?: LastRun | undefined;
}

export interface RunRequest extends JobPass {
  readonly cause: RunCause;
  /** Aborted: the run drains. */
  readonly until: AbortSignal;
  /** Told of this run alone. */
  readonly onBegun?: ((id: string) => void) | undefined;
}

/** What one run has come to. */
export interface RunResult extends PassResult {
  readonly summary: RunSummary;
}

/** The runs of one job, one at a time: each waits for its turn, is watched, and ends after its time at the latest. */
export class JobRuns {
  readonly #options: JobRunsOptions;
  /** Who works with the pair: a run, or a dry run. */
  readonly #pair = new ComparisonTurns(1);
  #isQueued = false;
  #progress: RunProgress | undefined;
  #last: RunSummary | undefined;
  #lastSuccessMs: number | undefined;
  #pace: Pace | undefined;
  /** Ends the run that goes on. */
  #stop: AbortController | undefined;

  constructor(options: JobRunsOptions) {
    this.#options = options;
    this.#last = options.before?.run;
    this.#lastSuccessMs = options.before?.successMs;
  }

  get isQueued(): boolean {
    return this.#isQueued;
  }

  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  get last(): RunSummary | undefined {
    return this.#last;
  }

  get lastSuccessMs(): number | undefined {
    return this.#lastSuccessMs;
  }

  get pace(): Pace | undefined {
    return this.#progress?.pace ?? this.#pace;
  }

  /** The run that goes on, or waits for its turn, begins nothing new and ends with this error. */
  stop(why: SyncError): void {
    this.#stop?.abort(why);
  }

  /** Runs one pass. Never rejects: an error that nobody foresaw ends the run alone. */
  async run(pair: OpenJob, { until, ...request }: RunRequest): Promise<RunResult> {
    const stop = new AbortController();
    const draining = AbortSignal.any([until, stop.signal]);
    const giveBack = this.#pair.takeNow() ?? (await this.#pair.take(draining));
    try {
      return await this.#runAlone(pair, request, { stop, draining });
    } finally {
      giveBack?.();
    }
  }

  /** Says what a run would do, between two runs; nothing of it is remembered. Rejects when it is drained before its turn. */
  async dryRun(
    pair: OpenJob,
    { until, onEvent }: { readonly until: AbortSignal; readonly onEvent: EventListener },
  ): Promise<PassResult> {
    const { turns } = this.#options;
    const givePair = await this.#pair.take(until);
    const giveTurn = await turns.take(until);
    try {
      until.throwIfAborted();
      return await pair.run({ dryRun: true, draining: until, onEvent });
    } finally {
      giveTurn?.();
      givePair?.();
    }
  }

  async #runAlone(
    pair: OpenJob,
    { cause, onBegun, onEvent, ...pass }: Omit<RunRequest, 'until'>,
    { stop, draining }: { readonly stop: AbortController; readonly draining: AbortSignal },
  ): Promise<RunResult> {
    const { clock, turns, throughput } = this.#options;
    this.#stop = stop;
    const startedMs = clock.now();
    const begun = { id: newRunId(startedMs), cause, startedMs };
    // a look at some folders is small
    const giveBack = pass.scope === undefined ? await this.#turn(turns, draining) : () => undefined;
    const progress = new RunProgress(begun, () => clock.now());
    this.#progress = progress;
    this.#options.onChange();
    const over = new AbortController();
    try {
      onBegun?.(begun.id);
      if (giveBack === undefined) return this.#ended(progress, brokenOff(draining.reason), stop.signal);
      void this.#endInTime(stop, over.signal);
      const result = await pair.run({
        ...pass,
        runId: begun.id,
        cause,
        draining,
        onEvent: (event) => {
          const before = progress.sentBytes;
          progress.onEvent(event);
          if (progress.sentBytes > before) throughput.add({ bytes: progress.sentBytes - before });
          if (event.type === 'listing' && event.done) giveBack();
          else if (event.type === 'action' && event.outcome === 'done') throughput.add({ files: 1 });
          this.#options.onChange();
          onEvent(event);
        },
      });
      return this.#ended(progress, result, stop.signal);
    } catch (error) {
      return this.#ended(progress, brokenOff(error), stop.signal);
    } finally {
      over.abort();
      giveBack?.();
      if (pass.scope === undefined) releaseMemory(pair);
    }
  }

  /** A run that could not begin, because the job could not be opened. */
  failed(cause: RunCause, error: unknown): RunSummary {
    const nowMs = this.#options.clock.now();
    const begun = { id: newRunId(nowMs), cause, startedMs: nowMs };
    const { summary } = this.#ended(new RunProgress(begun, () => nowMs), brokenOff(error), undefined);
    return summary;
  }

  async #turn(turns: ComparisonTurns, until: AbortSignal): Promise<(() => void) | undefined> {
    this.#isQueued = !turns.isFree;
    this.#options.onChange();
    try {
      return await turns.take(until);
    } finally {
      this.#isQueued = false;
    }
  }

  async #endInTime(stop: AbortController, over: AbortSignal): Promise<void> {
    const { timeoutMs, clock } = this.#options;
    if (timeoutMs === undefined) return;
    await clock.sleep(timeoutMs, over).then(
      () => stop.abort(timedOut(timeoutMs)),
      () => undefined,
    );
  }

  #ended(progress: RunProgress, result: PassResult, stopped: AbortSignal | undefined): RunResult {
    const error = endOf(result.error, stopped);
    const summary: RunSummary = {
      ...progress.begun,
      endedMs: this.#options.clock.now(),
      outcome: result.report.outcome,
      report: result.report,
      error: error && errorData(error),
      failures: result.run?.failures ?? [],
      warnings: result.run?.warnings,
    };
    this.#progress = undefined;
    this.#stop = undefined;
    this.#pace = result.report.pace ?? progress.pace ?? this.#pace;
    this.#last = summary;
    if (error === undefined && isSuccess(summary)) this.#lastSuccessMs = summary.endedMs;
    this.#options.onEnded(summary);
    this.#options.onChange();
    return { ...result, error, summary };
  }
}

/** Whether source and destination were equal, as far as the run was to make them so. */
export const isSuccess = ({ outcome, error }: Pick<RunSummary, 'outcome' | 'error'>): boolean =>
  error === undefined && (outcome === 'clean' || outcome === 'warnings');

/** A hundred watches that wait would else hold a hundred ledgers in memory. */
function releaseMemory({ ledger }: OpenJob): void {
  try {
    ledger.releaseMemory();
  } catch {
    // a ledger that does not work ends the next run, which says so
  }
}

/** Why the run was stopped says more than that it was interrupted. */
function endOf(error: SyncError | undefined, stopped: AbortSignal | undefined): SyncError | undefined {
  if (error?.code !== 'interrupted' || stopped?.aborted !== true) return error;
  const why: unknown = stopped.reason;
  return isSyncError(why) ? why : error;
}

/** The result of a run that did nothing. */
const brokenOff = (error: unknown): PassResult => ({
  report: reportOf(error),
  error: asSyncError(error),
  unsettled: { changing: [], failed: [] },
});

function reportOf(error: unknown): Report {
  const code = isSyncError(error) ? error.code : undefined;
  if (code === 'interrupted') return emptyReport('interrupted');
  return emptyReport(code === 'locked' ? 'refused' : 'failures');
}

const timedOut = (timeoutMs: number): SyncError =>
  new SyncError(
    'interrupted',
    `stopped after ${duration(timeoutMs)}, the timeout of the job; what was done is recorded, and the next run goes on from there`,
    { verdict: 'end_run' },
  );
