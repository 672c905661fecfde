import { SyncError } from '../../../model/errors.ts';
import type { Clock } from '../../../model/ports.ts';
import { defaultsOf } from '../../../jobs/settings/settings.ts';
import type { OpenJob } from '../../../jobs/open-job.ts';
import type { PassResult } from '../../../sync/pass-options.ts';
import type { WatchEvent, WatchStatus } from '../../../sync/watch/watch-events.ts';
import { rememberStatus } from '../../remembered-status.ts';
import { WatchLoop } from '../../../sync/watch/watch-loop.ts';
import type { RunCause, RunSummary } from '../../view/daemon-view.ts';
import { joinRuns, type Asked } from './asked.ts';
import { isSuccess, type JobRuns, type RunRequest } from './job-runs.ts';

export interface WatchSessionOptions {
  readonly pair: OpenJob;
  readonly runs: JobRuns;
  readonly clock: Clock;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

/** A look at everything that was asked for. */
interface Look {
  readonly cause: RunCause;
  readonly asked: Asked | undefined;
  /** What was done for it so far; undefined: nothing has begun. */
  run: RunSummary | undefined;
  hasBegun: boolean;
}

/** A file that never stands still would keep a flush waiting for ever: so long, and ten times the settle time, in milliseconds. */
const PATIENCE_MS = 30_000;

/** The watch of one job, from its begin until it is drained; between its own passes it makes those that are asked for. */
export class WatchSession {
  readonly #options: WatchSessionOptions;
  readonly #loop: WatchLoop;
  readonly #settleMs: number;
  #looks: Look[] = [];

  constructor(options: WatchSessionOptions) {
    this.#options = options;
    const { pair, clock } = options;
    const { job, source, ledger, filter } = pair;
    const { settle, fullEvery, poll } = job.when ?? defaultsOf('when');
    // files that appear whole need not stand still first
    this.#settleMs = source.traits.filesAppearWhole ? 0 : settle;
    this.#loop = new WatchLoop({
      source,
      filter,
      pass: (request) => this.#pass({ ...request, until: options.draining }),
      isRecorded: (entry) => ledger.get(entry.path)?.version === entry.version,
      clock,
      settleMs: this.#settleMs,
      fullEveryMs: fullEvery,
      pollMs: poll,
      draining: options.draining,
      signal: options.signal,
      onEvent: (event) => {
        if (event.type !== 'sync') rememberStatus(ledger, this.#loop.status);
        options.onEvent(event);
      },
    });
  }

  get status(): WatchStatus {
    return this.#loop.status;
  }

  /** Looks at everything as soon as it can. */
  look(cause: RunCause, asked?: Asked): void {
    const look: Look = { cause, asked, run: undefined, hasBegun: false };
    this.#looks.push(look);
    this.#loop.look(REASONS[cause] ?? cause, () => this.#answer(look));
  }

  /** Resolves once drained. */
  async run(): Promise<void> {
    try {
      await this.#loop.run();
    } finally {
      const { draining, pair } = this.#options;
      rememberStatus(pair.ledger, undefined);
      for (const look of this.#looks.splice(0)) look.asked?.refused(draining.reason);
    }
  }

  async #pass(request: Omit<RunRequest, 'cause'>): Promise<PassResult> {
    const isFull = request.scope === undefined;
    const begun = isFull ? this.#looks.filter(({ hasBegun }) => !hasBegun) : [];
    const cause = isFull ? (begun[0]?.cause ?? 'full') : 'watch';
    for (const look of begun) look.hasBegun = true;
    const result = await this.#options.runs.run(this.#options.pair, {
      ...request,
      cause,
      onBegun: (id) => {
        for (const { asked } of begun) asked?.begun(id);
      },
    });
    this.#passed(result.summary, { hasFailures: result.unsettled.failed.length > 0 });
    for (const look of begun) void this.#endPatience(look);
    return result;
  }

  /** Keeps what was done for each look that waits; answers where it cannot come to a good end. */
  #passed(summary: RunSummary, { hasFailures }: { readonly hasFailures: boolean }): void {
    for (const look of this.#looks.filter(({ hasBegun }) => hasBegun)) {
      look.run = look.run === undefined ? summary : joinRuns(look.run, summary);
      // who asked waits until nothing is left to do: files that were written just before may still have to settle
      const isOver = look.asked === undefined || hasFailures || !isSuccess(summary);
      if (isOver) this.#answer(look);
    }
  }

  #answer(look: Look): void {
    if (!this.#looks.includes(look) || look.run === undefined) return;
    this.#looks = this.#looks.filter((each) => each !== look);
    look.asked?.ended(look.run);
  }

  /** Answers a flush that waits for files which go on changing. */
  async #endPatience(look: Look): Promise<void> {
    const { clock, draining, signal } = this.#options;
    if (!this.#looks.includes(look)) return;
    const until = AbortSignal.any([draining, signal]);
    await clock.sleep(PATIENCE_MS + 10 * this.#settleMs, until).catch(() => undefined);
    if (look.run === undefined || until.aborted) return;
    const error = { code: STILL_WRITTEN.code, message: STILL_WRITTEN.message };
    look.run = { ...look.run, outcome: 'failures', error };
    this.#answer(look);
  }
}

const STILL_WRITTEN = new SyncError(
  'entry_changed',
  'some files are still being written, and are taken once they stand still; everything else is in step',
  { verdict: 'end_run' },
);

/** What the log calls a look. */
const REASONS: Partial<Record<RunCause, string>> = {
  schedule: 'its schedule',
  missed: 'a missed time of its schedule',
  command: 'asked for',
  flush: 'flush',
};
