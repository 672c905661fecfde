import type { JobsFile, NamedJob } from '../../jobs-file/jobs-file.ts';
import { openJob } from '../../jobs/open-job.ts';
import { authorityOf, type Surroundings } from '../../jobs/surroundings.ts';
import { serverOf } from '../../jobs-file/compose/overlaps.ts';
import { usageError } from '../../jobs/usage-errors.ts';
import { SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import type { LastRun } from '../history/last-runs.ts';
import { standsBy } from '../leadership/leadership.ts';
import type { RememberedJobs } from '../schedule/remembered-jobs.ts';
import type {
  DaemonControl,
  DaemonView,
  LeadershipView,
  Limits,
  LimitsChange,
  RunSummary,
  Sample,
} from '../view/daemon-view.ts';
import type { MachinesView } from '../view/machines-view.ts';
import { ChangeBell } from './change-bell.ts';
import { ComparisonTurns } from './runs/comparison-turns.ts';
import type { JobEvent } from './job-events.ts';
import { standbyView } from './job-view.ts';
import { KnownTargets } from './known-targets.ts';
import { isInWay, planReload, type Reload } from './reload.ts';
import { SharedLimits } from './shared-limits.ts';
import type { PairUse } from './pair-loan.ts';
import { SupervisedJob } from './supervised-job.ts';

/** Comparisons of everything at the same time. */
const MOST_COMPARISONS = 16;

export interface SupervisorOptions {
  readonly clock: Clock;
  /** Of each job; the gates and the two signals are those of the whole daemon. */
  readonly surroundings: Pick<Surroundings, 'gates' | 'draining' | 'signal'> & {
    readonly of: (named: NamedJob, file: JobsFile) => Surroundings;
  };
  readonly remembered: RememberedJobs;
  /** The part of this daemon in an election, where there is one: it then stands by until `lead`. */
  readonly leadership?: { readonly view: LeadershipView; readonly clockAheadMs: number } | undefined;
  /** What is shown beside the jobs of what other machines share. */
  readonly machines?: (() => MachinesView | undefined) | undefined;
  /** How the last runs before this process ended, by the names of the jobs. */
  readonly before?: ReadonlyMap<string, LastRun> | undefined;
  /** Must not throw. */
  readonly onEvent: (named: NamedJob, event: JobEvent) => void;
  /** Opens a job; for tests. */
  readonly open?: typeof openJob | undefined;
}

/** All jobs of a file in one process, each on its course; what may be asked of them. */
export class Supervisor implements DaemonControl {
  readonly #options: SupervisorOptions;
  readonly #startedMs: number;
  readonly #turns = new ComparisonTurns(MOST_COMPARISONS);
  readonly #limits: SharedLimits;
  readonly #targets = new KnownTargets();
  readonly #bell: ChangeBell;
  /** Jobs that end: those that they are in the way of begin after them. */
  readonly #ending = new Map<SupervisedJob, Promise<void>>();
  /** In the order of the file. */
  #jobs = new Map<string, SupervisedJob>();
  #file: JobsFile;
  /** The file whose jobs begin once this daemon leads. */
  #waiting: { readonly file: JobsFile; readonly sinceMs: number } | undefined;
  #isStopping = false;
  fileProblem: string | undefined;

  /** Nothing begins before the first `follow`. */
  constructor(file: JobsFile, options: SupervisorOptions) {
    const { clock, surroundings } = options;
    this.#options = options;
    this.#file = { ...file, jobs: [] };
    this.#startedMs = clock.now();
    if (options.leadership !== undefined) this.#waiting = { file, sinceMs: this.#startedMs };
    this.#limits = new SharedLimits(surroundings.gates, clock);
    this.#bell = new ChangeBell(clock, surroundings.signal);
  }

  /** Resolves once every job was opened, could not be opened, or waits to be asked. */
  async tried(): Promise<void> {
    await Promise.all([...this.#jobs.values()].map((job) => job.tried));
  }

  /**
   * Runs the jobs of this version of the file: those that did not change go on untouched. Where a job of it cannot be, throws
   * why, and nothing has changed; so it is once the daemon stops. A daemon that stands by begins them when it leads.
   */
  follow(file: JobsFile): Reload {
    if (this.#isStopping) throw isStopping();
    if (this.#waiting !== undefined) return this.#followLater(file, this.#waiting);
    const reload = planReload(this.#file, file);
    const begun = new Map(reload.begun.map((named) => [named.name, this.#open(named, file)]));
    for (const name of reload.ended) this.#end(name);
    const before = this.#jobs;
    this.#file = file;
    this.#jobs = new Map(file.jobs.map(({ name }) => [name, begun.get(name) ?? before.get(name)!]));
    for (const job of begun.values()) this.#start(job);
    this.fileProblem = undefined;
    this.#bell.ring();
    return reload;
  }

  #followLater(file: JobsFile, before: { readonly file: JobsFile; readonly sinceMs: number }): Reload {
    this.#waiting = { ...before, file };
    this.fileProblem = undefined;
    this.#bell.ring();
    return planReload(before.file, file);
  }

  /** This daemon leads: the jobs of the file begin. */
  lead(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined && !this.#isStopping) this.follow(waiting.file);
  }

  /** Another daemon may lead: drains all jobs, which begin anew with `lead`; resolves once everything is closed. */
  async standBy(): Promise<void> {
    const file = this.#file;
    this.#waiting = { file, sinceMs: this.#options.clock.now() };
    await this.#endAll();
    this.#file = { ...file, jobs: [] };
    this.#bell.ring();
  }

  /** Drains all jobs; resolves once everything is closed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#endAll();
    this.#bell.close();
  }

  async #endAll(): Promise<void> {
    for (const name of this.#jobs.keys()) this.#end(name);
    await Promise.all(this.#ending.values());
  }

  view(): DaemonView {
    const waiting = this.#waiting;
    return {
      startedMs: this.#startedMs,
      file: this.#file.path,
      fileProblem: this.fileProblem,
      jobs:
        waiting === undefined
          ? [...this.#jobs.values()].map(({ view }) => view)
          : waiting.file.jobs.map((named) => standbyView(named, waiting.sinceMs)),
      leadership: this.#options.leadership?.view,
      machines: this.#options.machines?.(),
    };
  }

  samples(job: string): readonly Sample[] {
    return this.#job(job).samples;
  }

  async flush(job: string): Promise<RunSummary> {
    return this.#job(job).flush();
  }

  async run(job: string): Promise<string> {
    return this.#job(job).run();
  }

  /** The same, and resolves with the run once it is over. */
  async runToEnd(job: string): Promise<RunSummary> {
    return this.#job(job).runToEnd();
  }

  async pause(job: string): Promise<void> {
    this.#job(job).pause();
  }

  async resume(job: string): Promise<void> {
    this.#job(job).resume();
  }

  async cancel(job: string): Promise<void> {
    this.#job(job).cancel();
  }

  async limits(change: LimitsChange): Promise<Limits> {
    return this.#limits.change(change);
  }

  /** The file as it runs, or will. */
  get file(): JobsFile {
    return this.#waiting?.file ?? this.#file;
  }

  /** Those in which a job of the file runs. */
  surroundingsOf(named: NamedJob): Surroundings {
    return this.#options.surroundings.of(named, this.#file);
  }

  /** Works with the pair of a job, between its runs; see SupervisedJob. */
  async withPair<Result>(
    job: string,
    work: (use: PairUse) => Promise<Result>,
    options: { readonly dryRun: boolean },
  ): Promise<Result> {
    return this.#job(job).withPair(work, options);
  }

  /** Something that is shown beside the jobs has changed. */
  changed(): void {
    this.#bell.ring();
  }

  subscribe(listener: () => void): () => void {
    return this.#bell.subscribe(listener);
  }

  #job(name: string): SupervisedJob {
    const job = this.#jobs.get(name);
    if (job !== undefined) return job;
    if (this.#isStopping) throw isStopping();
    const { leadership } = this.#options;
    if (this.#waiting !== undefined && leadership !== undefined) throw standsBy(leadership.view);
    throw usageError(
      `the daemon runs no job ${JSON.stringify(name)}; it runs ${[...this.#jobs.keys()].join(', ') || 'none'}`,
    );
  }

  #open(named: NamedJob, file: JobsFile): SupervisedJob {
    const { clock, remembered, leadership, surroundings, before, open = openJob, onEvent } = this.#options;
    const around = surroundings.of(named, file);
    const { observed } = around;
    return new SupervisedJob({
      named,
      surroundings: {
        ...around,
        observed: (destination) => this.#limits.within(observed?.(destination) ?? destination),
      },
      clock,
      open: async (opened, job, at) => {
        const pair = await open(opened, job, at);
        const server = serverOf(authorityOf(job, at).stage.baseUrl ?? at.environment.baseUrl);
        if (!at.dryRun && job.to.startsWith('stage:'))
          this.#targets.claim(named.name, { server, label: pair.destination.label });
        return pair;
      },
      turns: this.#turns,
      remembered,
      clockAheadMs: leadership && (() => leadership.clockAheadMs),
      before: before?.get(named.name),
      onEvent: (event) => onEvent(named, event),
      onChange: () => this.#bell.ring(),
    });
  }

  /** At once, or when what is in its way has ended. */
  #start(job: SupervisedJob): void {
    const inWay = [...this.#ending].filter(([{ named }]) => isInWay(named, job.named));
    if (inWay.length === 0) job.start();
    else void this.#startAfter(job, Promise.all(inWay.map(([, ended]) => ended)));
  }

  async #startAfter(job: SupervisedJob, ended: Promise<unknown>): Promise<void> {
    await ended;
    // it may have gone from the file meanwhile
    if (this.#jobs.get(job.named.name) === job && !this.#isStopping) job.start();
  }

  #end(name: string): void {
    const job = this.#jobs.get(name);
    if (job === undefined) return;
    this.#jobs.delete(name);
    const ended = job.end().then(() => {
      this.#ending.delete(job);
      // its next version opens after it
      this.#targets.forget(name);
    });
    this.#ending.set(job, ended);
  }
}

const isStopping = (): SyncError =>
  new SyncError('interrupted', 'the daemon stops: nothing new is begun', { verdict: 'end_run' });
