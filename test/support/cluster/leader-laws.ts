import type { SeenChange } from './standby-world.ts';

/** Between two due times of the schedule that is looked at: longer than a change of leaders takes, in milliseconds. */
export const EVERY_MS = 10_000;
/** A run that ended so shortly before its daemon was killed may not have been noted. */
const NOTED_WITHIN_MS = 500;

export interface Ended {
  /** Milliseconds since 1970. */
  readonly onMs: number;
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

/** What one daemon has logged, from its start on. */
export interface DaemonLog {
  readonly machine: string;
  lines(): readonly Readonly<Record<string, unknown>>[];
  readonly ended: Ended | undefined;
}

interface ScheduledRun {
  readonly dueMs: number;
  readonly endedMs: number;
  readonly log: DaemonLog;
}

const timeOf = (line: Readonly<Record<string, unknown>>): number => Date.parse(String(line['time']));

const scheduledRuns = (log: DaemonLog, job: string): ScheduledRun[] =>
  log
    .lines()
    .filter((line) => line['event'] === 'pass' && line['job'] === job && line['error'] === undefined)
    .filter(({ reason }) => reason === 'schedule' || reason === 'missed')
    .map((line) => {
      const { durationMs } = line['report'] as { readonly durationMs: number };
      const endedMs = timeOf(line);
      return { dueMs: Math.floor((endedMs - durationMs) / EVERY_MS) * EVERY_MS, endedMs, log };
    });

/** Due times of a job that two runs stood for. */
export function twice(logs: readonly DaemonLog[], job: string): string[] {
  const runs = logs
    .flatMap((log) => scheduledRuns(log, job))
    .toSorted((a, b) => a.dueMs - b.dueMs || a.endedMs - b.endedMs);
  return runs.flatMap((run, at) => {
    const before = runs[at - 1];
    if (before?.dueMs !== run.dueMs) return [];
    const { ended } = before.log;
    const mayBeUnknown = ended?.signal === 'SIGKILL' && ended.onMs - before.endedMs < NOTED_WITHIN_MS;
    return mayBeUnknown ? [] : [new Date(run.dueMs).toISOString()];
  });
}

interface Led {
  readonly machine: string;
  readonly fromMs: number;
  readonly epoch: number;
}

/** Changes that were sent after a change of a later leader. */
export function sentByEachLeader(changes: readonly SeenChange[], logs: readonly DaemonLog[]): string[] {
  const led = logs
    .flatMap((log) =>
      log
        .lines()
        .filter(({ event }) => event === 'leads')
        .map((line): Led => ({ machine: log.machine, fromMs: timeOf(line), epoch: Number(line['epoch']) })),
    )
    .toSorted((a, b) => a.fromMs - b.fromMs);
  const epochOf = ({ by, onMs }: SeenChange): number =>
    led.findLast(({ machine, fromMs }) => machine === by && fromMs <= onMs)?.epoch ?? 0;
  let latest = 0;
  return changes.flatMap((change) => {
    const epoch = epochOf(change);
    if (epoch >= latest) {
      latest = epoch;
      return [];
    }
    return [`${change.by} ${change.verb} ${change.path}`];
  });
}
