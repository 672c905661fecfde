import type { Clock } from '../../model/ports.ts';
import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { OpenJob, openJob } from '../../jobs/open-job.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import { asSyncError } from '../../sync/watch/after-error.ts';
import type { LastRun } from '../history/last-runs.ts';
import { FollowedSchedule } from '../schedule/followed-schedule.ts';
import type { DueRun } from '../schedule/due-runs.ts';
import type { RememberedJobs } from '../schedule/remembered-jobs.ts';
import type { JobView, RunCause, RunSummary, Sample } from '../view/daemon-view.ts';
import { isTriedAgain, Troubles, type Trouble } from './after-run.ts';
import type { Asked } from './runs/asked.ts';
import type { ComparisonTurns } from './runs/comparison-turns.ts';
import { decide, FIRST_COURSE, type Course, type Happening, type Step } from './course.ts';
import type { JobListener } from './job-events.ts';
import { JobRuns } from './runs/job-runs.ts';
import { jobView, stateOf, type JobNow, type StateNow } from './job-view.ts';
import { PairLoan, type PairUse } from './pair-loan.ts';
import { LiveJob, type RunAsked } from './runs/live-job.ts';
import { Throughput } from './runs/throughput.ts';
import { CANCELLED, DRAINED, ENDED, isPaused } from './stop-reasons.ts';

export interface SupervisedJobOptions {
  readonly named: NamedJob;
  /** Of this job; their two signals are those of the whole daemon. */
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly open: typeof openJob;
  readonly turns: ComparisonTurns;
  readonly remembered: RememberedJobs;
  /** See FollowedSchedule. */
  readonly clockAheadMs?: (() => number) | undefined;
  /** How the last run before this process ended. */
  readonly before?: LastRun | undefined;
  readonly onEvent: JobListener;
  /** Something that is shown has changed. */
  readonly onChange: () => void;
}

/** One job of the daemon: carries out what its course decides. Nothing that goes wrong in it reaches the others. */
export class SupervisedJob {
  readonly named: NamedJob;
  readonly #options: SupervisedJobOptions;
  readonly #runs: JobRuns;
  readonly #throughput: Throughput;
  readonly #troubles: Troubles;
  readonly #schedule: FollowedSchedule;
  readonly #ending = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #tried = Promise.withResolvers<void>();
  /** Nothing is opened before: another job that ends may hold the pair. */
  readonly #started = Promise.withResolvers<void>();
  #course: Course = FIRST_COURSE;
  #state: StateNow & { readonly sinceMs: number };
  #live: LiveJob | undefined;
  /** Resolves once `#live` is closed. */
  #liveEnded: Promise<unknown> = Promise.resolve();
  /** Work with the pair while the job itself has nothing open: its next run begins after it. */
  readonly #loan: PairLoan;
  /** Who waits for the next run to begin. */
  #asked: RunAsked[] = [];
  #trouble: Trouble | undefined;
  /** The wait for the next try. */
  #retry: { readonly atMs: number; readonly end: AbortController } | undefined;

  constructor(options: SupervisedJobOptions) {
    const { named, surroundings, clock, open, turns, remembered, clockAheadMs, before } = options;
    this.named = named;
    this.#options = options;
    this.#throughput = new Throughput(() => clock.now());
    this.#troubles = new Troubles(() => clock.random());
    this.#runs = new JobRuns({
      clock,
      turns,
      throughput: this.#throughput,
      timeoutMs: named.timeoutMs,
      before,
      onEnded: (run) => this.#runEnded(run),
      onChange: () => this.#changed(),
    });
    this.#schedule = new FollowedSchedule({
      named,
      clock,
      remembered,
      clockAheadMs,
      onDue: (due) => this.#due(due),
    });
    this.#loan = new PairLoan({
      named,
      surroundings,
      open,
      throughput: this.#throughput,
      ending: this.#ending.signal,
    });
    this.#state = { state: 'idle', reason: undefined, sinceMs: clock.now() };
    if (remembered.of(named.name).paused === true) this.#course = { ...FIRST_COURSE, phase: 'paused' };
  }

  /** Resolves once the job was opened, could not be opened, or waits to be asked. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  /** What was asked for before begins now. */
  start(): void {
    this.#started.resolve();
    // somebody may have asked for a run before
    if (this.named.watch && this.#course.phase === 'waiting') this.#happen({ type: 'due', cause: 'watch' });
    void this.#schedule.run(this.#ending.signal);
    this.#changed();
  }

  /** Drains what runs; resolves once everything of the job is closed. */
  end(): Promise<void> {
    this.#ending.abort(ENDED);
    this.#started.resolve();
    this.#retry?.end.abort();
    this.#happen({ type: 'end' });
    return Promise.all([this.#ended.promise, this.#loan.ended]).then(() => undefined);
  }

  flush(): Promise<RunSummary> {
    return new Promise((resolve, reject) => {
      this.#ask('flush', { begun: () => undefined, ended: resolve, refused: reject });
    });
  }

  run(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#ask('command', { begun: resolve, ended: ({ id }) => resolve(id), refused: reject });
    });
  }

  /** Resolves with the run once it is over. */
  runToEnd(): Promise<RunSummary> {
    return new Promise((resolve, reject) => {
      this.#ask('command', { begun: () => undefined, ended: resolve, refused: reject });
    });
  }

  pause(): void {
    this.#options.remembered.remember(this.named.name, { paused: true });
    this.#retry?.end.abort();
    this.#happen({ type: 'pause' });
  }

  resume(): void {
    this.#options.remembered.remember(this.named.name, { paused: undefined });
    this.#happen({ type: 'resume' });
  }

  cancel(): void {
    this.#runs.stop(CANCELLED);
  }

  /**
   * Works with the pair of the job between its runs. Rejects with `locked` while a run holds it that is not a watch's, or the
   * pair is being opened. With `dryRun` a pair that nobody else has open is opened for a dry run alone.
   */
  async withPair<Result>(
    work: (use: PairUse) => Promise<Result>,
    { dryRun }: { readonly dryRun: boolean },
  ): Promise<Result> {
    if (this.#course.phase === 'ended' || this.#course.next === 'ends') throw ENDED;
    const doWork = (pair: OpenJob, until: AbortSignal): Promise<Result> =>
      work({ pair, until, runs: this.#runs, onEvent: this.#options.onEvent });
    // a run that is over leaves the pair in a moment
    if (this.#live?.isClosing === true) await this.#liveEnded;
    if (this.#live !== undefined) return this.#live.withPair(doWork);
    return this.#loan.withPair(doWork, { dryRun });
  }

  get samples(): readonly Sample[] {
    return this.#throughput.samples;
  }

  get view(): JobView {
    return jobView(this.#now, this.#state);
  }

  get #now(): JobNow {
    return {
      named: this.named,
      course: this.#course,
      trouble: this.#trouble,
      runs: this.#runs,
      watch: this.#live?.watch,
      scheduledMs: this.#schedule.nextRunMs,
      retryMs: this.#retry?.atMs,
    };
  }

  #due({ cause, count }: DueRun): void {
    if (cause !== 'skip') return this.#happen({ type: 'due', cause });
    this.#options.onEvent({ type: 'skipped', cause: 'missed', why: 'missed', count });
    this.#schedule.followed(this.#schedule.now());
  }

  #ask(cause: 'command' | 'flush', asked: Asked): void {
    const { phase, next } = this.#course;
    if (phase === 'ended' || next === 'ends') return asked.refused(ENDED);
    if (phase === 'paused' || next === 'pauses') return asked.refused(isPaused(this.named.name));
    this.#asked.push({ cause, asked });
    this.#happen({ type: 'due', cause });
  }

  #happen(happening: Happening): void {
    const { course, steps } = decide(this.#course, happening, this.named);
    this.#course = course;
    for (const step of steps) this.#do(step);
    if (this.#course.phase === 'ended') this.#ended.resolve();
    this.#changed();
  }

  #do(step: Step): void {
    switch (step.type) {
      case 'begin':
        void this.#begin(step.cause);
        break;
      case 'look':
        // a watch looks at some folders now and then, which is not to hold back its schedule
        for (const each of this.#takeAsked(step.cause)) this.#live?.look(each);
        break;
      case 'drain':
        this.#live?.drain(DRAINED[step.why]);
        // whoever asked for the next run gets it where the one before only makes room
        if (step.why !== 'overlap')
          for (const { asked } of this.#asked.splice(0)) asked?.refused(DRAINED[step.why]);
        break;
      case 'skip':
        this.#options.onEvent({ type: 'skipped', cause: step.cause, why: step.why, count: 1 });
        this.#schedule.followed(this.#schedule.now());
        break;
    }
  }

  #takeAsked(cause: RunCause): readonly [RunAsked, ...RunAsked[]] {
    const [first = { cause }, ...others] = this.#asked.splice(0);
    return [first, ...others];
  }

  /** Runs, or watches, to its end, and says what follows. Never rejects. */
  async #begin(cause: RunCause): Promise<void> {
    const { named, clock, open, surroundings, onEvent } = this.#options;
    this.#retry?.end.abort();
    this.#trouble = this.#retry = undefined;
    const live = new LiveJob({
      named,
      surroundings,
      clock,
      open,
      runs: this.#runs,
      throughput: this.#throughput,
      onEvent,
      onOpened: () => {
        if (named.watch) this.#troubles.reset();
      },
      onChange: () => this.#changed(),
    });
    this.#live = live;
    await this.#started.promise;
    if (this.#loan.ended !== undefined) await this.#loan.ended;
    const startedMs = this.#schedule.now();
    const ended = live.run(this.#takeAsked(cause));
    this.#liveEnded = ended;
    const failure = await ended;
    this.#live = undefined;
    this.#follow(cause, { failure, startedMs, isDraining: live.isDraining });
  }

  #follow(
    cause: RunCause,
    run: { readonly failure: unknown; readonly startedMs: number; readonly isDraining: boolean },
  ): void {
    const { failure, startedMs, isDraining } = run;
    const error = failure === undefined ? undefined : asSyncError(failure);
    const tryAgain = !isDraining && error !== undefined && (this.named.watch || isTriedAgain(cause, error));
    if (error === undefined) this.#troubles.reset();
    // a daemon that stops makes the run after its next start
    if (!tryAgain && !this.#options.surroundings.draining.aborted) this.#schedule.followed(startedMs);
    if (tryAgain) this.#trouble = this.#troubles.after(error);
    this.#happen({ type: 'ended', tryAgain });
    if (this.#course.phase === 'trying_later') void this.#tryLater(cause, this.#trouble?.delayMs ?? 0);
  }

  async #tryLater(cause: RunCause, delayMs: number): Promise<void> {
    const { clock } = this.#options;
    const end = new AbortController();
    this.#retry = { atMs: clock.now() + delayMs, end };
    this.#changed();
    await clock.sleep(delayMs, end.signal).catch(() => undefined);
    if (!end.signal.aborted) this.#happen({ type: 'time_to_try', cause });
  }

  #runEnded(run: RunSummary): void {
    // of a watch; other runs are followed by what becomes of them
    if (this.named.watch && run.error === undefined && run.cause !== 'watch') {
      const agoMs = this.#options.clock.now() - run.startedMs;
      this.#schedule.followed(this.#schedule.now() - agoMs);
    }
    this.#options.onEvent({ type: 'run', run });
  }

  #changed(): void {
    const { state, reason } = this.#live?.isClosing === true ? this.#state : stateOf(this.#now);
    if (state !== 'starting') this.#tried.resolve();
    if (state !== this.#state.state || reason !== this.#state.reason) {
      this.#state = { state, reason, sinceMs: this.#options.clock.now() };
      this.#options.onEvent({ type: 'state', state, reason });
    }
    this.#options.onChange();
  }
}
