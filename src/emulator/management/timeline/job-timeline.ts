/** The executions of a scheduled notebook, at a time. Times are milliseconds since 1970. */
export interface JobSchedule {
  readonly startAt: number;
  /** Undefined for a job that runs once. */
  readonly intervalMs: number | undefined;
  /** How long each execution takes. */
  readonly executionMs: number;
}

export interface Execution {
  /** From 1. */
  readonly number: number;
  readonly status: 'Scheduled' | 'Running' | 'Completed';
  readonly scheduledAt: number;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

/** How many have begun, the one that waits included. */
export function executionCount({ startAt, intervalMs }: JobSchedule, now: number): number {
  if (now < startAt || intervalMs === undefined) return 1;
  return Math.floor((now - startAt) / intervalMs) + 1;
}

export function completedCount(schedule: JobSchedule, now: number): number {
  const begun = executionCount(schedule, now);
  return executionAt(schedule, begun, now).status === 'Completed' ? begun : begun - 1;
}

export function executionAt(schedule: JobSchedule, number: number, now: number): Execution {
  const scheduledAt = schedule.startAt + (number - 1) * (schedule.intervalMs ?? 0);
  const finishedAt = scheduledAt + schedule.executionMs;
  const begun = now < finishedAt ? 'Running' : 'Completed';
  return {
    number,
    status: now < scheduledAt ? 'Scheduled' : begun,
    scheduledAt,
    startedAt: now < scheduledAt ? undefined : scheduledAt,
    finishedAt: now < finishedAt ? undefined : finishedAt,
  };
}
