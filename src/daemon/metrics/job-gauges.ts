import { Gauge, type Registry } from 'prom-client';
import type { Outcome } from '../../model/events.ts';
import type { JobState } from '../view/daemon-view.ts';
import type { JobLabel } from './job-counters.ts';

/** A job at the moment of a scrape. Times are milliseconds since 1970. */
export interface JobNow {
  readonly state: JobState;
  readonly waiting: number;
  readonly oldestChangeMs: number | undefined;
  readonly lastSuccessMs: number | undefined;
  readonly nextRunMs: number | undefined;
  readonly lastOutcome: Outcome | undefined;
}

const OUTCOMES: readonly Outcome[] = ['clean', 'warnings', 'failures', 'refused', 'interrupted'];

/** What is set at each scrape. */
export class JobGauges {
  readonly #registry: Registry;
  readonly #common: readonly string[];
  readonly #states: readonly JobState[];
  readonly #state;
  readonly #waiting;
  readonly #oldest;
  readonly #unsynced;
  readonly #lastSuccess;
  readonly #nextRun;
  readonly #lastOutcome;

  constructor(
    registry: Registry,
    { byJob, states }: { readonly byJob: boolean; readonly states: readonly JobState[] },
  ) {
    this.#registry = registry;
    this.#common = byJob ? ['job'] : [];
    this.#states = states;
    this.#state = this.#gauge('state', '1 for what the watch or the job is doing.', ['state']);
    this.#waiting = this.#gauge('waiting_folders', 'Folders that wait to be looked at.');
    this.#oldest = this.#gauge(
      'oldest_change_age_seconds',
      'Age of the oldest change that is not yet on Stage; 0 when there is none.',
    );
    this.#unsynced = this.#gauge(
      'oldest_unsynced_age_seconds',
      'Age of the oldest change that is not yet brought over; 0 when there is none. As stagesync_oldest_change_age_seconds.',
    );
    this.#lastSuccess = this.#gauge(
      'last_success_timestamp_seconds',
      'When the last run ended that was clean or had warnings only; 0 before the first.',
    );
    this.#nextRun = this.#gauge(
      'next_run_timestamp_seconds',
      'When the next run is due, by a schedule or to compare everything; 0 where none is.',
    );
    this.#lastOutcome = this.#gauge('last_run_outcome', '1 for how the last run ended.', ['outcome']);
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    const own = [...this.#common, ...labelNames];
    return new Gauge({ name: `stagesync_${name}`, help, labelNames: own, registers: [this.#registry] });
  }

  /** Before a scrape of several jobs, so that those that are gone are not shown any more. */
  reset(): void {
    for (const gauge of [this.#state, this.#waiting, this.#oldest, this.#unsynced, this.#lastSuccess])
      gauge.reset();
    for (const gauge of [this.#nextRun, this.#lastOutcome]) gauge.reset();
  }

  set(now: JobNow, nowMs: number, job: JobLabel = {}): void {
    const seconds = (ms: number | undefined): number => (ms ?? 0) / 1000;
    const ageMs = now.oldestChangeMs === undefined ? 0 : Math.max(0, nowMs - now.oldestChangeMs);
    for (const state of this.#states) this.#state.set({ ...job, state }, state === now.state ? 1 : 0);
    this.#waiting.set({ ...job }, now.waiting);
    this.#oldest.set({ ...job }, ageMs / 1000);
    this.#unsynced.set({ ...job }, ageMs / 1000);
    this.#lastSuccess.set({ ...job }, seconds(now.lastSuccessMs));
    this.#nextRun.set({ ...job }, seconds(now.nextRunMs));
    for (const outcome of OUTCOMES)
      this.#lastOutcome.set({ ...job, outcome }, outcome === now.lastOutcome ? 1 : 0);
  }
}
