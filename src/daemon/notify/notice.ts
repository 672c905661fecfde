import type { NotifyEvent } from '../../jobs-file/jobs-file.ts';
import type { RunSummary } from '../../model/run.ts';
import { recordedRun } from '../history/recorded-run.ts';

/** Something that is told of a job. */
export interface Notice {
  readonly event: NotifyEvent;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The run that it is about; absent where none was made, as of one that was skipped. */
  readonly run?: RunSummary | undefined;
  /** Why it halted, or was skipped. */
  readonly reason?: string | undefined;
}

/** What a notice says of its job. */
export interface NoticeOf {
  readonly job: string;
  /** Labels of the two ends. */
  readonly source: string;
  readonly destination: string;
}

/** A notice as JSON, in the form of Standard Webhooks: what is about the event lies in `data`. */
export const noticeText = (
  { event, atMs, run, reason }: Notice,
  { job, source, destination }: NoticeOf,
): string =>
  JSON.stringify({
    type: `job.${event}`,
    timestamp: new Date(atMs).toISOString(),
    data: { event, job, source, destination, reason, run: run && recordedRun(run) },
  });
