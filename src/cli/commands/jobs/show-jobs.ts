import { nextRuns } from '../../../jobs-file/schedule.ts';
import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import { printable } from '../../../model/printable.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import { jobsNamed } from '../../jobs-file.ts';
import { openJobsFile } from '../../open-jobs-file.ts';
import { counted } from '../../output/quantities.ts';
import { tableLines } from './table-lines.ts';
import { explainConfig } from '../run/explain-config.ts';
import type { JobsFlags } from './command.ts';

type Names = readonly string[];

/** `stagesync jobs list`. */
export function listJobs(context: Context, names: Names, flags: JobsFlags): Promise<ExitStatus> {
  const { file } = openJobsFile(context, flags.file);
  const jobs = jobsNamed(file, names);
  if (flags.json === true) for (const job of jobs) context.out.line(JSON.stringify(jobObject(job)));
  else
    for (const line of tableLines(jobs.map((job) => [job.name, whenText(job), endsText(job)])))
      context.out.line(line);
  return Promise.resolve(EXIT.clean);
}

const endsText = ({ job: { from, to } }: NamedJob): string => `${from} -> ${to}`;

function whenText({ watch, schedule }: NamedJob): string {
  const parts = [watch && 'watch', schedule !== undefined && `${schedule.cron} (${schedule.timeZone})`];
  return parts.filter((part) => part !== false).join(', ') || 'when asked';
}

const jobObject = ({ name, job, watch, schedule, overlap, untrusted }: NamedJob): object => ({
  name,
  from: job.from,
  to: job.to,
  watch,
  ...(schedule !== undefined && {
    schedule,
    next: nextRuns(schedule, { from: new Date(), count: 1 })[0]?.toISOString(),
  }),
  overlap,
  ...(job.profile !== undefined && { profile: job.profile }),
  approved: untrusted === undefined,
});

/** `stagesync jobs show`: as `run --explain-config` without further flags. */
export function showJobs(context: Context, names: Names, flags: JobsFlags): Promise<ExitStatus> {
  const opened = openJobsFile(context, flags.file);
  const jobs = jobsNamed(opened.file, names);
  explainConfig(context, opened, jobs, { json: flags.json });
  return Promise.resolve(EXIT.clean);
}

/** `stagesync jobs validate`. */
export function validateFile(context: Context, flags: JobsFlags): Promise<ExitStatus> {
  const { file, shown, parts, isTrusted } = openJobsFile(context, flags.file);
  if (flags.json === true) {
    context.out.line(
      JSON.stringify({ file: file.path, jobs: file.jobs.length, approved: isTrusted || parts.length === 0 }),
    );
    return Promise.resolve(EXIT.clean);
  }
  context.out.line(`${printable(shown)}: ${counted(file.jobs.length, 'job')}, no mistake`);
  if (!isTrusted && parts.length > 0)
    context.out.line(
      'it runs programs, or says where secrets go: before these jobs run, approve it with "stagesync trust", or name it with --file',
    );
  return Promise.resolve(EXIT.clean);
}
