import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { JobEvent } from '../supervision/job-events.ts';
import type { DaemonView, JobState } from '../view/daemon-view.ts';
import { JobCounters } from './job-counters.ts';
import { JobGauges } from './job-gauges.ts';
import { MachineMetrics, type SharedNow } from './machine-metrics.ts';

const STATES: readonly JobState[] = [
  'idle',
  'queued',
  'starting',
  'listing',
  'transferring',
  'backing_off',
  'halted',
  'paused',
  'standby',
  'stopping',
];

/** What the daemon of a jobs file counts, in Prometheus's form. The names are those of a single watch, each with a `job`. */
export class DaemonMetrics {
  readonly #registry = new Registry();
  readonly #counters = new JobCounters(this.#registry, { byJob: true });
  readonly #gauges = new JobGauges(this.#registry, { byJob: true, states: STATES });
  readonly #fileProblem = new Gauge({
    name: 'stagesync_jobs_file_problem',
    help: '1 where the jobs file as it is now is not what runs.',
    registers: [this.#registry],
  });

  readonly #machines = new MachineMetrics(this.#registry);
  readonly #shared: () => SharedNow;

  /** `shared`: what the daemon has in common with other machines, its leadership apart. */
  constructor(shared: () => Omit<SharedNow, 'leadership'> = () => ({})) {
    this.#shared = shared;
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(job: string, verb: string, status: string): void {
    this.#counters.request(verb, status, { job });
  }

  onEvent(job: string, event: JobEvent): void {
    if (event.type === 'sync') this.#counters.sync(event.event, { job });
    else if (event.type === 'pass') this.#counters.pass(event, { job });
    else if (event.type === 'run') this.#counters.run(event.run, { job });
    else if (event.type === 'skipped') this.#counters.skipped(event.why, event.count, { job });
  }

  /** The text to answer a scrape with. */
  async text({ jobs, fileProblem, leadership }: DaemonView, nowMs: number): Promise<string> {
    this.#gauges.reset();
    for (const { name: job, lastRun, ...now } of jobs)
      this.#gauges.set(
        {
          state: now.state,
          waiting: now.waiting,
          oldestChangeMs: now.oldestChangeMs,
          lastSuccessMs: now.lastSuccessMs,
          nextRunMs: now.nextRunMs,
          lastOutcome: lastRun?.outcome,
        },
        nowMs,
        { job },
      );
    this.#counters.scrape(nowMs, new Set(jobs.map(({ name }) => name)));
    this.#machines.set({ ...this.#shared(), leadership });
    this.#fileProblem.set(fileProblem === undefined ? 0 : 1);
    return this.#registry.metrics();
  }
}
