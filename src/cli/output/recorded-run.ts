import type { Outcome, Report } from '../../model/events.ts';
import type { FailureGroup, RunCause, RunSummary } from '../../model/run.ts';
import { count } from './quantities.ts';

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

export const isGood = ({ outcome }: RecordedRun): boolean => outcome === 'clean' || outcome === 'warnings';

/** '3 uploaded, 0 moved, 0 removed, 1 failed'. */
export function countsText({ report }: RecordedRun): string {
  const { uploaded = 0, moved = 0, removed = 0, failed = 0 } = report ?? {};
  return `${count(uploaded)} uploaded, ${count(moved)} moved, ${count(removed)} removed, ${count(failed)} failed`;
}

/** Why it went wrong: what ended it, then failures by cause, `most` lines of them. To be made printable. */
export function whyLines({ error, failures }: RecordedRun, most: number): string[] {
  const ended = error === undefined ? [] : [`${error.code}: ${error.message}`];
  const shown = failures.slice(0, most);
  const left = failures.length - shown.length;
  return [
    ...ended,
    ...shown.map(causeText),
    ...(left > 0 ? [`and ${left} more ${left === 1 ? 'cause' : 'causes'}`] : []),
  ];
}

/** '2 × stage_too_large: a/b.csv: is larger than …'. The path is that of the first. */
export function causeText({ code, message, count: times, example }: FailureGroup): string {
  const at = example === '' ? '' : `${example}: `;
  return `${times === 1 ? '' : `${count(times)} × `}${code}: ${at}${message}`;
}
