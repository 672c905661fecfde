import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { Clock } from '../../model/ports.ts';
import type { DueRun } from './due-runs.ts';
import type { RememberedJobs } from './remembered-jobs.ts';
import { ScheduleTimer } from './schedule-timer.ts';

export interface FollowedScheduleOptions {
  readonly named: NamedJob;
  readonly clock: Clock;
  readonly remembered: RememberedJobs;
  /** By how much the clock that all daemons share is ahead of `clock`, in milliseconds; absent: this daemon is alone. */
  readonly clockAheadMs?: (() => number) | undefined;
  readonly onDue: (run: DueRun) => void;
}

/**
 * The schedule of a job, and how far it was followed: a due time counts as followed once a run has stood for it, so that a
 * daemon that was killed meanwhile makes the run after its next start.
 */
export class FollowedSchedule {
  readonly #options: FollowedScheduleOptions;
  readonly #timer: ScheduleTimer | undefined;
  /** The latest due time that no run has stood for yet. */
  #dueMs: number | undefined;

  constructor(options: FollowedScheduleOptions) {
    this.#options = options;
    const { named, clock, remembered, onDue } = options;
    const { schedule, name } = named;
    if (schedule === undefined) return;
    const shared: Clock = { ...clock, now: () => this.now() };
    // another schedule begins anew
    const key = `${schedule.cron} ${schedule.timeZone}`;
    const known = remembered.of(name);
    const followedMs = known.schedule === key ? known.followedMs : undefined;
    if (followedMs === undefined) remembered.remember(name, { schedule: key, followedMs: this.now() });
    this.#timer = new ScheduleTimer({
      schedule,
      clock: shared,
      followedMs,
      onDue: (due) => {
        this.#dueMs = due.dueMs;
        onDue(due);
      },
    });
  }

  /** Milliseconds since 1970, by the clock of this machine. */
  get nextRunMs(): number | undefined {
    const nextMs = this.#timer?.nextRunMs;
    return nextMs && nextMs - this.#aheadMs;
  }

  /** The time that the schedule goes by, in milliseconds since 1970. */
  now(): number {
    return this.#options.clock.now() + this.#aheadMs;
  }

  get #aheadMs(): number {
    return this.#options.clockAheadMs?.() ?? 0;
  }

  async run(until: AbortSignal): Promise<void> {
    await this.#timer?.run(until);
  }

  /** A run that began at `startedMs`, by the time of the schedule, stands for what was due by then; it came to its end, or will not be made. */
  followed(startedMs: number): void {
    if (this.#dueMs === undefined || this.#dueMs > startedMs) return;
    this.#options.remembered.remember(this.#options.named.name, { followedMs: this.#dueMs });
    this.#dueMs = undefined;
  }
}
