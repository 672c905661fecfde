import type { NotifyEvent } from '../../jobs-file/jobs-file.ts';
import type { RunSummary } from '../../model/run.ts';

/** What is told of a run, judged by the one before it. Pure. An interrupted run is neither a success nor a failure. */
export function eventsOfRun(run: RunSummary, before: RunSummary | undefined): NotifyEvent[] {
  if (run.outcome === 'interrupted') return [];
  const isPass = run.cause === 'watch' || run.cause === 'full';
  if (!isGood(run)) {
    // a watch tries again and again: the same trouble is told once
    const isTold = isPass && before !== undefined && causesOf(before) === causesOf(run);
    return isTold ? [] : ['failure'];
  }
  const recovered = before !== undefined && !isGood(before);
  const isWorthTelling = !isPass || changedSomething(run);
  return [...(recovered ? (['recovery'] as const) : []), ...(isWorthTelling ? (['success'] as const) : [])];
}

/** Everything is where it should be; what was left out with a warning is so by design. */
export const isGood = ({ outcome, error }: RunSummary): boolean =>
  error === undefined && (outcome === 'clean' || outcome === 'warnings');

const causesOf = ({ outcome, error, failures }: RunSummary): string =>
  [outcome, error?.code ?? '', ...failures.map(({ code }) => code).toSorted()].join(' ');

const changedSomething = ({ report }: RunSummary): boolean =>
  report.uploaded + report.moved + report.removed + report.foldersCreated + report.foldersRemoved > 0;
