import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { Clock } from '../../model/ports.ts';
import type { DueRun } from './due-runs.ts';
import type { RememberedJobs } from './remembered-jobs.ts';
import { ScheduleTimer } from './schedule-timer.ts';

export interface FollowedScheduleOptions {
  readonly named: NamedJob;
  readonly clock: Clock;
  readonly remembered: RememberedJobs;
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
    // another schedule begins anew
    const key = `${schedule.cron} ${schedule.timeZone}`;
    const known = remembered.of(name);
    const followedMs = known.schedule === key ? known.followedMs : undefined;
    if (followedMs === undefined) remembered.remember(name, { schedule: key, followedMs: clock.now() });
    this.#timer = new ScheduleTimer({
      schedule,
      clock,
      followedMs,
      onDue: (due) => {
        this.#dueMs = due.dueMs;
        onDue(due);
      },
    });
  }

  /** Milliseconds since 1970. */
  get nextRunMs(): number | undefined {
    return this.#timer?.nextRunMs;
  }

  async run(until: AbortSignal): Promise<void> {
    await this.#timer?.run(until);
  }

  /** A run that began at `startedMs` stands for what was due by then; it came to its end, or will not be made. */
  followed(startedMs: number): void {
    if (this.#dueMs === undefined || this.#dueMs > startedMs) return;
    this.#options.remembered.remember(this.#options.named.name, { followedMs: this.#dueMs });
    this.#dueMs = undefined;
  }
}
