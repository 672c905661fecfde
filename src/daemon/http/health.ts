import type { DaemonView, JobState } from '../view/daemon-view.ts';

/** In these states something stands in the way of a job. */
const NOT_READY: ReadonlySet<JobState> = new Set(['halted', 'backing_off', 'stopping']);

export interface Readiness {
  readonly ready: boolean;
  /** Jobs in each state; states without jobs are absent. No names: whoever probes need not know them. */
  readonly jobs: Readonly<Partial<Record<JobState, number>>>;
}

/** Whether nothing stands in the way of any job. */
export function readiness({ jobs }: DaemonView): Readiness {
  const counts: Partial<Record<JobState, number>> = {};
  for (const { state } of jobs) counts[state] = (counts[state] ?? 0) + 1;
  return { ready: !jobs.some(({ state }) => NOT_READY.has(state)), jobs: counts };
}
