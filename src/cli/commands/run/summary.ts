import { errorData, isSyncError, messageOf } from '../../../model/errors.ts';
import type { Outcome, Report } from '../../../model/events.ts';
import type { TransferWords } from '../../../model/transfer-words.ts';
import { printable } from '../../../model/printable.ts';
import { EXIT, outcomeOfError, statusOfError, worstStatus, type ExitStatus } from '../../exit-status.ts';
import { count, counted } from '../../output/quantities.ts';
import { countsText } from '../../output/run-causes.ts';

/** What came of one job. */
export interface JobResult {
  readonly name: string;
  /** What its transfers are called. */
  readonly words: TransferWords;
  readonly status: ExitStatus;
  /** Undefined: no pass began. */
  readonly report: Report | undefined;
  /** What ended it early, or kept it from beginning. */
  readonly error: unknown;
}

type JobOutcome = Outcome | 'not_run';

function outcomeOf({ report, error, status }: JobResult): JobOutcome {
  if (report !== undefined) return report.outcome;
  if (error === undefined) return 'not_run';
  return isSyncError(error) ? outcomeOfError(error.code) : status === EXIT.clean ? 'clean' : 'failures';
}

/** The last line of `run --json`. */
export function summaryObject(results: readonly JobResult[]): object {
  const outcomes = new Set(results.map(outcomeOf));
  return {
    type: 'summary',
    outcome: BY_SEVERITY.find((outcome) => outcomes.has(outcome)) ?? 'clean',
    status: worstStatus(results.map(({ status }) => status)),
    jobs: results.map((result) => ({
      job: result.name,
      outcome: outcomeOf(result),
      status: result.status,
      ...countsOf(result.report),
      ...(result.error !== undefined && { error: errorData(result.error) }),
    })),
  };
}

/** The last line where no job could begin. */
export const failedSummary = (error: unknown): object => ({
  type: 'summary',
  outcome: isSyncError(error) ? outcomeOfError(error.code) : 'failures',
  status: isSyncError(error) ? statusOfError(error.code, undefined) : EXIT.unexpected,
  jobs: [],
  error: errorData(error),
});

const BY_SEVERITY: readonly JobOutcome[] = [
  'interrupted',
  'failures',
  'refused',
  'not_run',
  'warnings',
  'clean',
];

function countsOf(report: Report | undefined): object {
  if (report === undefined) return {};
  const { uploaded, moved, removed, failed } = report;
  return { uploaded, moved, removed, failed };
}

const WORDS: Readonly<Record<JobOutcome, string>> = {
  clean: 'in sync',
  warnings: 'in sync, with warnings',
  failures: 'failed',
  refused: 'refused',
  interrupted: 'interrupted',
  not_run: 'not run',
};

function wordsOf(result: JobResult): string {
  const outcome = outcomeOf(result);
  return result.report?.dryRun === true && outcome === 'clean' ? 'compared' : WORDS[outcome];
}

/** A line for all jobs, and one a job; with `quiet` those alone that did not go well. */
export function summaryLines(
  results: readonly JobResult[],
  { quiet }: { readonly quiet: boolean },
): readonly string[] {
  const shown = results.filter(
    ({ status, report }) => !quiet || status !== EXIT.clean || report === undefined,
  );
  if (quiet && shown.length === 0) return [];
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const good = results.filter((result) => ['clean', 'warnings'].includes(outcomeOf(result))).length;
  const rest = results.length - good;
  const isDry = results.some(({ report }) => report?.dryRun === true);
  const first = `${counted(results.length, 'job')}: ${count(good)} ${isDry ? 'compared' : 'in sync'}${rest === 0 ? '' : `, ${count(rest)} not`}`;
  return [
    first,
    ...shown.map((result) => {
      const { name, words, report, status, error } = result;
      const counts = report === undefined || isDry ? '' : `: ${countsText({ report, error }, words)}`;
      const code = status === EXIT.clean ? '' : ` (exit status ${status})`;
      const why = report === undefined && error !== undefined ? `: ${messageOf(error)}` : '';
      return printable(`  ${name.padEnd(width)}  ${wordsOf(result)}${code}${counts}${why}`);
    }),
  ];
}
