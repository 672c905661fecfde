import type { NamedJob } from '../../jobs-file/jobs-file.ts';
import type { WatchStatus } from '../../sync/watch/watch-events.ts';
import type { JobState, JobView } from '../view/daemon-view.ts';
import type { Trouble } from './after-run.ts';
import type { Course } from './course.ts';
import type { JobRuns } from './runs/job-runs.ts';

/** A job as it is now; what its view is made of. */
export interface JobNow {
  readonly named: NamedJob;
  readonly course: Course;
  /** Why it waits for another try. */
  readonly trouble: Trouble | undefined;
  readonly runs: JobRuns;
  /** Of a watch that is open. */
  readonly watch: WatchStatus | undefined;
  readonly scheduledMs: number | undefined;
  readonly retryMs: number | undefined;
}

export interface StateNow {
  readonly state: JobState;
  readonly reason: string | undefined;
}

const state = (of: JobState, reason?: string): StateNow => ({ state: of, reason });

/** What a job is doing, in one word. Pure. */
export function stateOf({ course, trouble, runs, watch }: JobNow): StateNow {
  switch (course.phase) {
    case 'waiting':
      return state('idle');
    case 'paused':
      return state('paused');
    case 'ended':
      return state('stopping');
    case 'trying_later':
      return state(trouble?.state ?? 'backing_off', trouble?.reason);
    case 'running':
      break;
  }
  if (course.next !== 'goes_on') return state('stopping');
  if (runs.isQueued) return state('queued', 'other jobs compare everything');
  if (watch !== undefined) return state(watch.state, watch.reason);
  if (runs.progress === undefined) return state('starting');
  return state(runs.progress.isTransferring ? 'transferring' : 'listing');
}

/** A job that another daemon runs. */
export const standbyView = ({ name, job, watch, schedule }: NamedJob, sinceMs: number): JobView => ({
  name,
  from: job.from,
  to: job.to,
  state: 'standby',
  stateSinceMs: sinceMs,
  watch,
  schedule: schedule && { cron: schedule.cron, timeZone: schedule.timeZone },
  waiting: 0,
});

/** A job as it is shown. */
export function jobView(now: JobNow, since: StateNow & { readonly sinceMs: number }): JobView {
  const { named, runs, watch } = now;
  const { job, schedule } = named;
  const times = [now.scheduledMs, now.retryMs, watch?.nextFullPassMs].filter((ms) => ms !== undefined);
  return {
    name: named.name,
    from: job.from,
    to: job.to,
    state: since.state,
    reason: since.reason,
    stateSinceMs: since.sinceMs,
    watch: named.watch,
    schedule: schedule && { cron: schedule.cron, timeZone: schedule.timeZone },
    nextRunMs: times.length === 0 || now.course.phase === 'paused' ? undefined : Math.min(...times),
    oldestChangeMs: watch?.oldestChangeMs,
    waiting: watch?.waiting ?? 0,
    lastSuccessMs: runs.lastSuccessMs,
    lastRun: runs.last,
    current: runs.progress?.view,
    pace: runs.pace,
  };
}
