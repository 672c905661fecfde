import type { Clock } from '../../model/ports.ts';
import type { DaemonView, JobState } from '../view/daemon-view.ts';

const LOOK_EVERY_MS = 10_000;
/** Not more often than this: it takes some tenths of a second. */
const COLLECT_EVERY_MS = 300_000;

/** A moment in which nothing runs, as while jobs are being opened, is no rest: the next chance would come minutes later. */
const BEFORE_A_RUN: ReadonlySet<JobState> = new Set(['queued', 'starting']);

export interface CollectAtRestOptions {
  readonly clock: Clock;
  readonly until: AbortSignal;
  /** Gives garbage back to the system. */
  readonly collect: () => void;
}

/**
 * Collects what runs left behind once none goes on: comparisons of everything leave garbage that V8 would keep for as long as the
 * daemon waits. Resolves when `until` is aborted.
 */
export async function collectAtRest(
  daemon: { view(): Pick<DaemonView, 'jobs'> },
  { clock, until, collect }: CollectAtRestOptions,
): Promise<void> {
  let collectedMs = -Infinity;
  let collectedFor = 0;
  while (!until.aborted) {
    await clock.sleep(LOOK_EVERY_MS, until).catch(() => undefined);
    const { jobs } = daemon.view();
    const latest = jobs.reduce((ms, { lastRun }) => Math.max(ms, lastRun?.endedMs ?? 0), 0);
    const isAtRest = jobs.every(({ current, state }) => current === undefined && !BEFORE_A_RUN.has(state));
    const isLongAgo = clock.elapsed() - collectedMs >= COLLECT_EVERY_MS;
    if (until.aborted || !isAtRest || !isLongAgo || latest <= collectedFor) continue;
    collect();
    collectedFor = latest;
    collectedMs = clock.elapsed();
  }
}
