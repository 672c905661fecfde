import type { Schedule } from '../../jobs-file/jobs-file.ts';
import type { Clock } from '../../model/ports.ts';
import { dueRun, planRun, type DueRun, type PlannedRun } from './due-runs.ts';
import { DueTimes } from './due-times.ts';

/** The timers of the system stand still while the machine sleeps: the clock is looked at this often, in milliseconds. */
const LOOK_EVERY_MS = 30_000;
/** A clock that was set back by more than this begins anew; less is the clock being corrected. */
const SET_BACK_MS = 300_000;

export interface ScheduleTimerOptions {
  readonly schedule: Schedule;
  readonly clock: Clock;
  /** Up to when the schedule was followed before, in milliseconds since 1970; undefined: it is new. */
  readonly followedMs: number | undefined;
  readonly onDue: (run: DueRun) => void;
}

/** Tells when the runs of a schedule are due, by the time of day, which can jump: a machine sleeps, clocks are set. */
export class ScheduleTimer {
  readonly #options: ScheduleTimerOptions;
  readonly #times: DueTimes;
  #lastMs: number;
  #planned: PlannedRun | undefined;

  constructor(options: ScheduleTimerOptions) {
    const { schedule, clock, followedMs } = options;
    this.#options = options;
    this.#times = new DueTimes(schedule);
    this.#lastMs = followedMs ?? clock.now();
    this.#plan();
  }

  /** When the next run begins, in milliseconds since 1970; undefined: never again. */
  get nextRunMs(): number | undefined {
    return this.#planned?.startMs;
  }

  /** Resolves when `until` is aborted, or nothing will ever be due again. */
  async run(until: AbortSignal): Promise<void> {
    const { clock, schedule, onDue } = this.#options;
    const { missed } = schedule;
    while (this.#planned !== undefined && !until.aborted) {
      const nowMs = clock.now();
      const waitMs = this.#planned.startMs - nowMs;
      if (waitMs <= 0) {
        const due = dueRun(this.#times, this.#planned, { nowMs, missed });
        this.#lastMs = due.dueMs;
        this.#plan();
        onDue(due);
      } else if (this.#lastMs - nowMs > SET_BACK_MS) {
        this.#lastMs = nowMs;
        this.#plan();
      } else await clock.sleep(Math.min(waitMs, LOOK_EVERY_MS), until).catch(() => undefined);
    }
  }

  #plan(): void {
    const { clock, schedule } = this.#options;
    this.#planned = planRun(this.#times, this.#lastMs, {
      jitterMs: schedule.jitterMs,
      random: clock.random(),
    });
  }
}
