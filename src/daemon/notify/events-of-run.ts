import type { NotifyEvent } from '../../jobs-file/jobs-file.ts';
import type { RunSummary } from '../../model/run.ts';

/** What was before a run. */
export interface BeforeRun {
  /** The run before it that was not interrupted. */
  readonly run: RunSummary | undefined;
  /** When a failure was last told, in milliseconds since 1970. */
  readonly toldMs: number | undefined;
}

/** The same trouble is told again after so many milliseconds: once a day, with some hours to spare for a daily job. */
const TOLD_AGAIN_MS = 20 * 3_600_000;

/** What is told of a run. Pure. An interrupted run is neither a success nor a failure. */
export function eventsOfRun(run: RunSummary, before: BeforeRun): NotifyEvent[] {
  if (run.outcome === 'interrupted') return [];
  if (!isGood(run)) return isTold(run, before) ? [] : ['failure'];
  const recovered = before.run !== undefined && !isGood(before.run);
  const isPass = run.cause === 'watch' || run.cause === 'full';
  const isWorthTelling = !isPass || changedSomething(run);
  return [...(recovered ? (['recovery'] as const) : []), ...(isWorthTelling ? (['success'] as const) : [])];
}

/** What nobody asked for is tried again and again by itself: the same trouble is not told each time. */
function isTold(run: RunSummary, { run: before, toldMs }: BeforeRun): boolean {
  if (run.cause === 'command' || run.cause === 'flush') return false;
  if (before === undefined || causesOf(before) !== causesOf(run)) return false;
  return run.endedMs - (toldMs ?? before.endedMs) < TOLD_AGAIN_MS;
}

/** Everything is where it should be; what was left out with a warning is so by design. */
export const isGood = ({ outcome, error }: RunSummary): boolean =>
  error === undefined && (outcome === 'clean' || outcome === 'warnings');

const causesOf = ({ outcome, error, failures }: RunSummary): string =>
  [outcome, error?.code ?? '', ...failures.map(({ code }) => code).toSorted()].join(' ');

const changedSomething = ({ report }: RunSummary): boolean =>
  report.uploaded + report.moved + report.removed + report.foldersCreated + report.foldersRemoved > 0;
