import { usageError } from '../../../src/jobs/usage-errors.ts';
import type {
  CurrentRun,
  DaemonControl,
  DaemonView,
  JobView,
  RunSummary,
  Sample,
} from '../../../src/daemon/view/daemon-view.ts';
import { reportWith } from '../cli/report.ts';

/** A name that would steer what shows it: a control, a mark that turns text around, a tag. */
export const HOSTILE_NAME = 'q3\u001b[31m/\u202egpj.<img src=x onerror=alert(1)>.csv';

export const jobView = (name: string, changes: Partial<JobView> = {}): JobView => ({
  name,
  from: `/data/${name}`,
  to: `stage://analytics/${name}/`,
  state: 'idle',
  stateSinceMs: 0,
  watch: true,
  waiting: 0,
  ...changes,
});

export const runSummary = (id: string, changes: Partial<RunSummary> = {}): RunSummary => ({
  id,
  cause: 'watch',
  startedMs: 1000,
  endedMs: 5000,
  outcome: 'clean',
  report: reportWith({ uploaded: 3, bytes: 12_000_000, requests: 9, durationMs: 4000 }),
  failures: [],
  ...changes,
});

export const currentRun = (id: string, changes: Partial<CurrentRun> = {}): CurrentRun => ({
  id,
  cause: 'watch',
  startedMs: 0,
  compared: 100,
  done: 0,
  uploaded: 0,
  failed: 0,
  toUpload: 10,
  toUploadBytes: 10_000_000,
  counted: true,
  sentBytes: 0,
  transfers: [],
  ...changes,
});

/** A daemon whose view a test sets, and that keeps what was asked of it. */
export class ImitatedDaemon implements DaemonControl {
  readonly asked: string[] = [];
  readonly listeners = new Set<() => void>();
  #view: DaemonView;
  #samples = new Map<string, Sample[]>();

  constructor(jobs: readonly JobView[], startedMs = 0) {
    this.#view = { startedMs, file: '/etc/stagesync.yaml', jobs };
  }

  view(): DaemonView {
    return this.#view;
  }

  change(view: Partial<DaemonView>): void {
    this.#view = { ...this.#view, ...view };
    for (const listener of this.listeners) listener();
  }

  changeJob(name: string, changes: Partial<JobView>): void {
    this.change({
      jobs: this.#view.jobs.map((job) => (job.name === name ? { ...job, ...changes } : job)),
    });
  }

  sample(job: string, sample: Sample): void {
    this.#samples.set(job, [...this.samples(job), sample]);
    for (const listener of this.listeners) listener();
  }

  samples(job: string): readonly Sample[] {
    return this.#samples.get(job) ?? [];
  }

  async flush(job: string): Promise<RunSummary> {
    await this.#ask('flush', job);
    return runSummary('flushed', { cause: 'flush' });
  }

  async run(job: string): Promise<string> {
    await this.#ask('run', job);
    return 'asked';
  }

  async pause(job: string): Promise<void> {
    await this.#ask('pause', job);
    this.changeJob(job, { state: 'paused' });
  }

  async resume(job: string): Promise<void> {
    await this.#ask('resume', job);
    this.changeJob(job, { state: 'idle' });
  }

  async cancel(job: string): Promise<void> {
    await this.#ask('cancel', job);
  }

  limits() {
    return Promise.resolve({
      concurrency: 'auto' as const,
      bytesPerSecond: undefined,
      maxRequestsPerSecond: undefined,
    });
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  #ask(verb: string, job: string): Promise<void> {
    if (!this.#view.jobs.some(({ name }) => name === job))
      return Promise.reject(usageError(`there is no job ${job}`));
    this.asked.push(`${verb} ${job}`);
    return Promise.resolve();
  }
}
