import { Cron } from 'croner';
import { messageOf } from '../model/errors.ts';
import type { Schedule } from './jobs-file.ts';

/** What is wrong with a schedule: which part of it, and why. Undefined: it has a next run. */
export function scheduleProblem(
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  from: Date,
): { readonly part: 'cron' | 'timezone'; readonly why: string } | undefined {
  if (!isTimeZone(timeZone))
    return {
      part: 'timezone',
      why: `${JSON.stringify(timeZone)} is no time zone: give a name as Europe/Berlin, America/New_York or UTC`,
    };
  try {
    const line = new Cron(cron, { timezone: timeZone, paused: true, mode: '5-or-6-parts' });
    if (line.nextRun(from) !== null) return undefined;
    return { part: 'cron', why: `${JSON.stringify(cron)} never comes: there is no such day` };
  } catch (error) {
    const why = messageOf(error).replace(/^CronPattern: /, '');
    return {
      part: 'cron',
      why: `${JSON.stringify(cron)} is no cron line (${why}): write minute, hour, day, month, weekday, as in "30 2 * * *"`,
    };
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** When a schedule next comes, without its jitter; the first after `from`. Times that daylight saving leaves out are moved or skipped as croner says. */
export const nextRuns = (
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  { from, count }: { readonly from: Date; readonly count: number },
): readonly Date[] =>
  new Cron(cron, { timezone: timeZone, paused: true, mode: '5-or-6-parts' }).nextRuns(count, from);

/** The zone in which schedules are read that name none. */
export const machineTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
