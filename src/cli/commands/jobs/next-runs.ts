import type { Schedule } from '../../../jobs-file/jobs-file.ts';
import { nextRuns } from '../../../jobs-file/schedule.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { jobsNamed } from '../../jobs-file.ts';
import { openJobsFile } from '../../open-jobs-file.ts';
import { tableLines } from './table-lines.ts';
import type { JobsFlags } from './command.ts';

/** `stagesync jobs next`. */
export function showNextRuns(
  context: Context,
  names: readonly string[],
  flags: JobsFlags,
): Promise<ExitStatus> {
  const { file } = openJobsFile(context, flags.file);
  const jobs = jobsNamed(file, names);
  const { count = 1 } = flags;
  const scheduled = jobs.flatMap((job) => (job.schedule === undefined ? [] : [[job, job.schedule] as const]));
  if (flags.json === true)
    for (const [{ name }, schedule] of scheduled)
      context.out.line(JSON.stringify({ name, timezone: schedule.timeZone, next: isoNext(schedule, count) }));
  else {
    const times = scheduled.flatMap(([{ name }, schedule]) =>
      next(schedule, count).map((at) => ({ at, row: [localTime(at, schedule.timeZone), name] })),
    );
    const inOrder = times.toSorted((a, b) => a.at.getTime() - b.at.getTime());
    for (const line of tableLines(inOrder.map(({ row }) => row))) context.out.line(line);
    if (scheduled.length === 0) context.err.line('stagesync: none of these jobs has a schedule');
  }
  return Promise.resolve(EXIT.clean);
}

const next = (schedule: Schedule, count: number): readonly Date[] =>
  nextRuns(schedule, { from: new Date(), count });

const isoNext = (schedule: Schedule, count: number): readonly string[] =>
  next(schedule, count).map((at) => at.toISOString());

/** 'Fri 2026-11-27 03:00:00 +01:00 Europe/Berlin': an hour that comes twice is told from its double by its offset. */
function localTime(at: Date, timeZone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      weekday: 'short',
      timeZoneName: 'longOffset',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const offset = (parts['timeZoneName'] ?? 'GMT').replace('GMT', '') || '+00:00';
  return `${parts['weekday']} ${parts['year']}-${parts['month']}-${parts['day']} ${parts['hour']}:${parts['minute']}:${parts['second']} ${offset} ${timeZone}`;
}
