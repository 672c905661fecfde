import type { Outcome, Report } from '../../model/events.ts';
import type { FailureGroup, RunCause, RunSummary } from '../../model/run.ts';

/** A run as commands print it with `--json`: times in ISO 8601. */
export interface RecordedRun {
  readonly id: string;
  readonly cause: RunCause;
  readonly at: string;
  /** Undefined: it goes on, or was killed. */
  readonly endedAt: string | undefined;
  /** Undefined: as above. */
  readonly outcome: Outcome | undefined;
  readonly report: Report | undefined;
  /** What ended it early. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
  /** The most frequent first. */
  readonly failures: readonly FailureGroup[];
  readonly warnings: readonly FailureGroup[];
  /** Passes of a watch before it that had nothing to do either. */
  readonly folded: { readonly passes: number; readonly since: string } | undefined;
}

const iso = (ms: number): string => new Date(ms).toISOString();

export function recordedRun(run: RunSummary): RecordedRun {
  const ended = run.didNotEnd !== true;
  return {
    id: run.id,
    cause: run.cause,
    at: iso(run.startedMs),
    endedAt: ended ? iso(run.endedMs) : undefined,
    outcome: ended ? run.outcome : undefined,
    report: ended ? run.report : undefined,
    error: run.error,
    failures: run.failures,
    warnings: run.warnings ?? [],
    folded: run.folded && { passes: run.folded.passes, since: iso(run.folded.sinceMs) },
  };
}
