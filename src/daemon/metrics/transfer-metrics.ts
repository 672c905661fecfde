import { Counter, Gauge, type Registry } from 'prom-client';
import type { WorkersProgress } from '../../model/cluster/workers-report.ts';

/** The label of a metric where there are several jobs. */
type JobLabel = { readonly job?: string };

const COUNTS = ['redelivered', 'duplicates', 'reshipped'] as const;
const STATES = ['waiting', 'active', 'answered'] as const;
const NOTHING: WorkersProgress = {
  batches: 0,
  requests: 0,
  redelivered: 0,
  duplicates: 0,
  reshipped: 0,
  files: 0,
  bytes: 0,
  waiting: 0,
  active: 0,
  answered: 0,
};

/** What workers do for jobs, as their runs tell. Jobs that send their files themselves have none. */
export class TransferMetrics {
  readonly #batches;
  readonly #oldest;
  readonly #requests;
  readonly #counts;
  /** What the run that goes on has told last, by the name of a job; '' where there is one alone. */
  readonly #last = new Map<string, WorkersProgress>();

  constructor(registry: Registry, { byJob }: { readonly byJob: boolean }) {
    const common = byJob ? ['job'] : [];
    const shared = { labelNames: common, registers: [registry] };
    this.#batches = new Gauge({
      name: 'stagesync_transfer_batches',
      help: 'Batches of files with workers: nobody has begun them, they are being sent, or their answer is about to be taken.',
      labelNames: [...common, 'state'],
      registers: [registry],
    });
    this.#oldest = new Gauge({
      name: 'stagesync_transfer_oldest_batch_age_seconds',
      help: 'Age of the oldest batch that is not answered; 0 when there is none.',
      ...shared,
    });
    const counter = (name: string, help: string): Counter =>
      new Counter({ name: `stagesync_transfer_${name}_total`, help, ...shared });
    this.#requests = counter('requests', 'Requests to Stage that workers made, each attempt counted.');
    this.#counts = {
      redelivered: counter('redeliveries', 'Batches that the queue gave to a worker a second time.'),
      duplicates: counter('duplicate_results', 'Answers that came again, or of an earlier run.'),
      reshipped: counter(
        'reshipped',
        'Batches that the queue had forgotten, and that were put into it again.',
      ),
    };
  }

  /** A run tells what workers have done since it began. */
  heard(progress: WorkersProgress, job: JobLabel): void {
    const before = this.#last.get(job.job ?? '') ?? NOTHING;
    this.#last.set(job.job ?? '', progress);
    this.#requests.inc({ ...job }, Math.max(0, progress.requests - before.requests));
    for (const name of COUNTS) this.#counts[name].inc({ ...job }, Math.max(0, progress[name] - before[name]));
  }

  /** The run is over: nothing is with workers that it waits for, and the next one counts anew. */
  ended(job: JobLabel): void {
    if (this.#last.has(job.job ?? '')) this.#last.set(job.job ?? '', NOTHING);
  }

  /** At a scrape. `jobs`: the names of those that there are; others are not shown any more. */
  set(nowMs: number, jobs?: ReadonlySet<string>): void {
    for (const gauge of [this.#batches, this.#oldest]) gauge.reset();
    for (const [name, progress] of this.#last) {
      if (jobs?.has(name) === false) {
        this.#last.delete(name);
        continue;
      }
      const label: JobLabel = name === '' ? {} : { job: name };
      const { oldestMs } = progress;
      for (const state of STATES) this.#batches.set({ ...label, state }, progress[state]);
      this.#oldest.set({ ...label }, oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs) / 1000);
    }
  }
}
