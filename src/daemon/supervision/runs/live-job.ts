import type { Clock } from '../../../model/ports.ts';
import { errorData, hasFact, SyncError } from '../../../model/errors.ts';
import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import type { openJob, OpenJob } from '../../../jobs/open-job.ts';
import type { Surroundings } from '../../../jobs/surroundings.ts';
import { counted } from '../../../remote/wrapped-destinations.ts';
import type { WatchStatus } from '../../../sync/watch/watch-events.ts';
import type { RunCause } from '../../view/daemon-view.ts';
import type { Asked } from './asked.ts';
import type { JobListener } from '../job-events.ts';
import type { JobRuns } from './job-runs.ts';
import type { Throughput } from './throughput.ts';
import { WatchSession } from './watch-session.ts';

export interface LiveJobOptions {
  readonly named: NamedJob;
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly open: typeof openJob;
  readonly runs: JobRuns;
  readonly throughput: Throughput;
  readonly onEvent: JobListener;
  /** Both ends and the ledger are open. */
  readonly onOpened: () => void;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
}

/** A request for a run, and who waits for it. */
export interface RunAsked {
  readonly cause: RunCause;
  readonly asked?: Asked | undefined;
}

/** What is done with an open pair beside the job's own runs; `until` is aborted when it is to come to its end. */
export type PairWork<Result> = (pair: OpenJob, until: AbortSignal) => Promise<Result>;

/** A job that is open, or is being opened: for one run, or for as long as its watch goes on. */
export class LiveJob {
  readonly #options: LiveJobOptions;
  readonly #drained = new AbortController();
  readonly #draining: AbortSignal;
  /** Not yet begun. */
  #asked: RunAsked[] = [];
  #session: WatchSession | undefined;
  /** Of a watch that is open. */
  #pair: OpenJob | undefined;
  /** Work beside the watch that goes on; the pair stays open for it. */
  readonly #beside = new Set<Promise<unknown>>();
  #hasBegun = false;

  constructor(options: LiveJobOptions) {
    this.#options = options;
    this.#draining = AbortSignal.any([options.surroundings.draining, this.#drained.signal]);
  }

  /** Of a watch that is open. */
  get watch(): WatchStatus | undefined {
    return this.#session?.status;
  }

  /** Whether its one run is over, and only closing is left. */
  get isClosing(): boolean {
    return this.#hasBegun && this.#options.runs.progress === undefined;
  }

  get isDraining(): boolean {
    return this.#draining.aborted;
  }

  drain(why: Error): void {
    this.#drained.abort(why);
  }

  /** Looks at everything, within a watch. */
  look(request: RunAsked): void {
    if (this.#session === undefined) this.#asked.push(request);
    else this.#session.look(request.cause, request.asked);
  }

  /** Works with the pair of a watch that is open. Rejects with `locked` where it is not. */
  async withPair<Result>(work: PairWork<Result>): Promise<Result> {
    const pair = this.#pair;
    if (pair === undefined || this.isDraining) throw isBusy(this.#options.named.name);
    const done = work(pair, this.#draining);
    const settled = done.catch(() => undefined);
    this.#beside.add(settled);
    try {
      return await done;
    } finally {
      this.#beside.delete(settled);
    }
  }

  /**
   * Runs once for `first`, or watches until drained. Resolves with what ended it otherwise; everything is closed by then, and
   * whoever asked has an answer.
   */
  async run(first: readonly [RunAsked, ...RunAsked[]]): Promise<unknown> {
    const { named, open, runs, onOpened } = this.#options;
    this.#asked.push(...first);
    try {
      // drained while it waited for what was in its way
      this.#draining.throwIfAborted();
      await using opened = new AsyncDisposableStack();
      const pair = await open(opened, named.job, observedSurroundings(this.#options, this.#draining));
      onOpened();
      return named.watch ? await this.#watch(pair) : await this.#runOnce(pair);
    } catch (error) {
      if (this.isDraining) this.#refuse();
      else {
        const summary = runs.failed(this.#asked[0]?.cause ?? first[0].cause, error);
        for (const { asked } of this.#asked.splice(0)) asked?.ended(summary);
      }
      return error;
    } finally {
      this.#refuse();
    }
  }

  #refuse(): void {
    for (const { asked } of this.#asked.splice(0)) asked?.refused(this.#draining.reason);
  }

  async #watch(pair: OpenJob): Promise<undefined> {
    const { runs, clock, surroundings, onEvent, onChange } = this.#options;
    const session = new WatchSession({
      pair,
      runs,
      clock,
      draining: this.#draining,
      signal: surroundings.signal,
      // what state a job is in is told for all jobs in one way
      onEvent: (event) => (event.type === 'state' ? onChange() : onEvent(event)),
    });
    this.#session = session;
    this.#pair = pair;
    const asked = this.#asked.splice(0);
    for (const each of asked) if (each.cause !== 'watch') session.look(each.cause, each.asked);
    try {
      await session.run();
    } finally {
      this.#session = this.#pair = undefined;
      await Promise.all(this.#beside);
    }
    return undefined;
  }

  async #runOnce(pair: OpenJob): Promise<unknown> {
    const { runs, onEvent } = this.#options;
    const asked = this.#asked.splice(0);
    const result = await runs.run(pair, {
      cause: asked[0]?.cause ?? 'command',
      until: this.#draining,
      onBegun: (id) => {
        this.#hasBegun = true;
        for (const each of asked) each.asked?.begun(id);
      },
      onEvent: (event) => onEvent({ type: 'sync', event }),
    });
    const { report, error, summary } = result;
    onEvent({
      type: 'pass',
      startedMs: summary.startedMs,
      folders: undefined,
      reason: summary.cause,
      report,
      error: error && errorData(error),
    });
    for (const each of asked) each.asked?.ended(summary);
    return error;
  }
}

/** The surroundings of a job, with its own stop, and with its requests counted. */
export const observedSurroundings = (
  { surroundings, throughput }: Pick<LiveJobOptions, 'surroundings' | 'throughput'>,
  draining: AbortSignal,
): Surroundings => ({
  ...surroundings,
  draining,
  observed: (destination) =>
    counted(surroundings.observed?.(destination) ?? destination, (_, error) =>
      throughput.add({ requests: 1, refused: hasFact(error, 'slow_down') ? 1 : 0 }),
    ),
});

export const isBusy = (name: string): SyncError =>
  new SyncError(
    'locked',
    `the job ${JSON.stringify(name)} has something else to do: try again when it is over`,
    {
      verdict: 'end_run',
    },
  );
