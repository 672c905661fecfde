import type { Holder } from '../../../sync/ledger/pair-lock.ts';
import type { RecordedRun } from '../../../daemon/history/recorded-run.ts';

/** What is known of a pair, as `--json` prints it. */
export interface PairStatus {
  /** The name of the job that ran last, where it has one. */
  readonly job: string | undefined;
  readonly source: string;
  readonly destination: string;
  readonly heldBy: Holder | undefined;
  /** Of what runs now and goes on: a watch, or a job of a daemon. */
  readonly watch: Readonly<Record<string, unknown>> | undefined;
  /** ISO 8601. */
  readonly lastSuccess: string | undefined;
  /** The newest first; the first one may be under way. */
  readonly runs: readonly RecordedRun[];
}
