import type { JobEvent } from '../../../daemon/supervision/job-events.ts';
import type { DaemonView, JobState } from '../../../daemon/view/daemon-view.ts';
import type { NamedJob } from '../../../jobs-file/jobs-file.ts';
import { counted } from '../../output/quantities.ts';

const SKIPPED: Record<Extract<JobEvent, { readonly type: 'skipped' }>['why'], string> = {
  running: 'the run before goes on',
  paused: 'the job is paused',
  ended: 'the job ends',
  missed: 'its time was missed, and the job says "missed: skip"',
};

/** The log of one job. */
interface JobLog {
  onEvent(event: Exclude<JobEvent, { readonly type: 'run' | 'skipped' }>): void;
  warn(message: string, facts: object): void;
}

/** What writes the events of all jobs to one log. */
export function logJobs(log: { ofJob(name: string): JobLog }): (named: NamedJob, event: JobEvent) => void {
  const logs = new Map<string, JobLog>();
  return ({ name }, event) => {
    let ofJob = logs.get(name);
    if (ofJob === undefined) logs.set(name, (ofJob = log.ofJob(name)));
    if (event.type === 'run') return;
    if (event.type !== 'skipped') return ofJob.onEvent(event);
    const { cause, why, count } = event;
    const times = count > 1 ? `${counted(count, 'run')} that were due` : 'a run that was due';
    ofJob.warn(`skipped ${times}: ${SKIPPED[why]}`, { event: 'skipped', cause, why, count });
  };
}

/** How many jobs there are, and which of them are in trouble. */
export function statusLine({ jobs, fileProblem, leadership }: DaemonView): string {
  const isTrouble = (state: JobState): boolean => state === 'halted' || state === 'backing_off';
  const troubles = jobs.filter(({ state }) => isTrouble(state)).map(({ name }) => name);
  const more = troubles.length > MOST_NAMED ? ` and ${troubles.length - MOST_NAMED} more` : '';
  const parts = [
    counted(jobs.length, 'job'),
    leadership?.state === 'standby' ? 'standing by' : '',
    troubles.length === 0 ? '' : `in trouble: ${troubles.slice(0, MOST_NAMED).join(', ')}${more}`,
    fileProblem === undefined ? '' : `the file has an error: ${fileProblem}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

const MOST_NAMED = 5;
