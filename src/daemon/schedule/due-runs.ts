import type { Schedule } from '../../jobs-file/jobs-file.ts';
import type { DueTimes } from './due-times.ts';

/** A run that begins by more than this after its time was missed: the machine slept, or the process was not there. */
export const LATE_MS = 60_000;

/** The next run of a schedule; all times are milliseconds since 1970. */
export interface PlannedRun {
  readonly dueMs: number;
  /** The due time and the jitter. */
  readonly startMs: number;
}

/** What has become due. */
export interface DueRun {
  /** Nothing is to be run for `skip`: the time was missed, and the schedule says so. */
  readonly cause: 'schedule' | 'missed' | 'skip';
  /** The latest due time that this run stands for; the schedule goes on from here. */
  readonly dueMs: number;
  /** How many due times it stands for. */
  readonly count: number;
}

/** The first run after `lastMs`; undefined where the schedule has come to its end. */
export function planRun(
  times: DueTimes,
  lastMs: number,
  { jitterMs, random }: { readonly jitterMs: number; readonly random: number },
): PlannedRun | undefined {
  const dueMs = times.after(lastMs);
  return dueMs === undefined ? undefined : { dueMs, startMs: dueMs + Math.floor(random * jitterMs) };
}

/** What is due at `nowMs`, when the start of the planned run has come. One run stands for all due times that have passed. */
export function dueRun(
  times: DueTimes,
  { dueMs, startMs }: PlannedRun,
  { nowMs, missed }: { readonly nowMs: number; readonly missed: Schedule['missed'] },
): DueRun {
  const later = times.between(dueMs, nowMs);
  const count = 1 + (later?.count ?? 0);
  const latestMs = later?.latestMs ?? dueMs;
  const lateMs = nowMs - (later?.latestMs ?? startMs);
  if (lateMs <= LATE_MS) return { cause: 'schedule', dueMs: latestMs, count };
  return { cause: missed === 'run_once' ? 'missed' : 'skip', dueMs: latestMs, count };
}
