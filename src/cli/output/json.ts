import { emptyReport } from '../../model/events.ts';
import type { Report, SyncEvent } from '../../model/events.ts';
import { errorData, isSyncError } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import { outcomeOfError } from '../exit-status.ts';
import type { LineOutput } from './line-output.ts';
import type { Reader } from './reader.ts';

/** One event a line; the report is the last line, with `error` when something ended the run before its end. */
export function jsonReader(out: LineOutput): Reader {
  return {
    onEvent(event: SyncEvent) {
      if (event.type !== 'report') out.line(JSON.stringify(event));
    },
    finish(report, error) {
      out.line(reportLine(report, error));
    },
    abandon: () => undefined,
  };
}

const reportLine = (report: Report, error: SyncError | undefined): string =>
  JSON.stringify(error === undefined ? report : { ...report, error: errorData(error) });

/** The report line of a run that failed before its pass began. */
export function failedReport(error: unknown): string {
  const outcome = isSyncError(error) ? outcomeOfError(error.code) : 'failures';
  return JSON.stringify({ ...emptyReport(outcome), error: errorData(error) });
}
