import type { Report, SyncEvent } from '../../model/events.ts';
import { isSyncError, messageOf, type SyncError } from '../../model/errors.ts';
import { outcomeOfError } from '../exit-status.ts';
import type { LineOutput } from './line-output.ts';
import type { Reader } from './reader.ts';

/** What ended a run before its end, as it stands in the report line. */
interface ReportedError {
  readonly code: string;
  readonly message: string;
}

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
  JSON.stringify(error === undefined ? report : { ...report, error: reported(error) });

/** The report line of a run that failed before its pass began. */
export function failedReport(error: unknown): string {
  const report: Report = {
    type: 'report',
    outcome: isSyncError(error) ? outcomeOfError(error.code) : 'failures',
    uploaded: 0,
    moved: 0,
    removed: 0,
    unchanged: 0,
    adopted: 0,
    skipped: 0,
    failed: 0,
    foldersCreated: 0,
    foldersRemoved: 0,
    bytes: 0,
    requests: 0,
    retries: 0,
    durationMs: 0,
    dryRun: false,
  };
  return JSON.stringify({ ...report, error: reported(error) });
}

const reported = (error: unknown): ReportedError => ({
  code: isSyncError(error) ? error.code : 'unexpected',
  message: messageOf(error),
});
