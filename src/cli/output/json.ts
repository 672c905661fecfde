import { emptyReport } from '../../model/events.ts';
import type { Report, SyncEvent } from '../../model/events.ts';
import { errorData, isSyncError } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import { outcomeOfError } from '../exit-status.ts';
import type { LineOutput } from './line-output.ts';
import type { Reader } from './reader.ts';

/**
 * One event a line; the report is the last line, with `error` when something ended the run before its end. Where several jobs
 * run, each line has the name of its `job`.
 */
export function jsonReader(out: LineOutput, job?: string): Reader {
  const line = (value: object): void =>
    out.line(JSON.stringify(job === undefined ? value : { job, ...value }));
  return {
    onEvent(event: SyncEvent) {
      if (event.type !== 'report') line(event);
    },
    finish(report, error) {
      line(finalReport(report, error));
    },
    abandon: () => undefined,
  };
}

const finalReport = (report: Report, error: SyncError | undefined): object =>
  error === undefined ? report : { ...report, error: errorData(error) };

/** The report line of a run that failed before its pass began. */
export function failedReport(error: unknown, job?: string): string {
  const outcome = isSyncError(error) ? outcomeOfError(error.code) : 'failures';
  return JSON.stringify({
    ...(job !== undefined && { job }),
    ...emptyReport(outcome),
    error: errorData(error),
  });
}
