import type { Report } from '../../../model/events.ts';
import type { RunSummary } from '../../view/daemon-view.ts';

/** Somebody asked for a run, and waits to hear of it. Each is called at most once, `begun` before `ended`. */
export interface Asked {
  readonly begun: (id: string) => void;
  /** The run has come to its end; for a flush: nothing that changed before is left to do, or it has failed. */
  readonly ended: (run: RunSummary) => void;
  /** There will be no such run. */
  readonly refused: (error: unknown) => void;
}

const SUMS = [
  'uploaded',
  'moved',
  'removed',
  'adopted',
  'foldersCreated',
  'foldersRemoved',
  'bytes',
  'requests',
  'retries',
] as const satisfies readonly (keyof Report)[];

/** A run and the smaller looks that followed it, as one: what they did together, and how the last of them ended. */
export function joinRuns(first: RunSummary, later: RunSummary): RunSummary {
  const report = { ...first.report, outcome: later.outcome, failed: later.report.failed };
  for (const count of SUMS) report[count] += later.report[count];
  const { endedMs, outcome, error, failures } = later;
  return {
    ...first,
    endedMs,
    outcome,
    error,
    failures,
    report: { ...report, durationMs: endedMs - first.startedMs },
  };
}
