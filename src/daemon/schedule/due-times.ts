import { Cron } from 'croner';
import type { Schedule } from '../../jobs-file/jobs-file.ts';

/** More due times than this are not counted one by one: a schedule of every second, and a month asleep. */
const MOST_COUNTED = 1000;

/** The due times of a span that is over. */
export interface PastDueTimes {
  /** The last of them; milliseconds since 1970. */
  readonly latestMs: number;
  /** How many there were; 1000 stands for any more. */
  readonly count: number;
}

/**
 * When a schedule is due, by the clock on the wall of its time zone. Where daylight saving leaves a time out, a line with one
 * time a day is due right after the gap; where it repeats an hour, such a line is due once. All times are milliseconds since
 * 1970. Throws for a line or a zone that is none; the jobs file has been checked for that.
 */
export class DueTimes {
  readonly #cron: Cron;

  constructor({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>) {
    this.#cron = new Cron(cron, { timezone: timeZone, mode: '5-or-6-parts', paused: true });
  }

  /** The first due time after `ms`; undefined where there is none any more. */
  after(ms: number): number | undefined {
    return this.#cron.nextRun(new Date(ms))?.getTime();
  }

  /** The due times after `fromMs`, up to and with `toMs`. */
  between(fromMs: number, toMs: number): PastDueTimes | undefined {
    let latestMs: number | undefined;
    let count = 0;
    for (
      let due = this.after(fromMs);
      due !== undefined && due <= toMs && count < MOST_COUNTED;
      due = this.after(due)
    ) {
      latestMs = due;
      count++;
    }
    if (latestMs === undefined) return undefined;
    if (count === MOST_COUNTED) latestMs = this.#last(toMs) ?? latestMs;
    return { latestMs, count };
  }

  #last(upToMs: number): number | undefined {
    // the time asked for is itself left out
    const [last] = this.#cron.previousRuns(1, new Date(upToMs + 1));
    return last?.getTime();
  }
}
