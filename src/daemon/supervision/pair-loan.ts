import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { OpenJob, openJob } from '../../jobs/open-job.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import type { JobListener } from './job-events.ts';
import type { JobRuns } from './runs/job-runs.ts';
import { isBusy, observedSurroundings, type PairWork } from './runs/live-job.ts';
import type { Throughput } from './runs/throughput.ts';

/** The open pair of a job, what runs with it, and when it has to come to its end. */
export interface PairUse {
  readonly pair: OpenJob;
  readonly runs: JobRuns;
  readonly until: AbortSignal;
  /** Hears of what is done with it. */
  readonly onEvent: JobListener;
}

interface PairLoanOptions {
  readonly named: NamedJob;
  readonly surroundings: Surroundings;
  readonly open: typeof openJob;
  readonly throughput: Throughput;
  /** Aborted when the job ends. */
  readonly ending: AbortSignal;
}

/** The pair of a job that runs nothing, opened for one piece of work at a time. */
export class PairLoan {
  readonly #options: PairLoanOptions;
  #ended: Promise<void> | undefined;

  constructor(options: PairLoanOptions) {
    this.#options = options;
  }

  /** Resolves once the pair is closed; undefined where it is not open. */
  get ended(): Promise<void> | undefined {
    return this.#ended;
  }

  /** Rejects with `locked` while another work has it. */
  async withPair<Result>(work: PairWork<Result>, { dryRun }: { readonly dryRun: boolean }): Promise<Result> {
    if (this.#ended !== undefined) throw isBusy(this.#options.named.name);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = promise;
    try {
      return await this.#openAlone(work, dryRun);
    } finally {
      this.#ended = undefined;
      resolve();
    }
  }

  async #openAlone<Result>(work: PairWork<Result>, dryRun: boolean): Promise<Result> {
    const { named, open, surroundings, throughput, ending } = this.#options;
    const until = AbortSignal.any([surroundings.draining, ending]);
    await using opened = new AsyncDisposableStack();
    const pair = await open(opened, named.job, {
      ...observedSurroundings({ surroundings, throughput }, until),
      dryRun,
    });
    return await work(pair, until);
  }
}
