import type { Context } from '../../context.ts';
import type { ExitStatus } from '../../exit-status.ts';
import type { S3Flags, SqlFlags, StageFlags } from '../../flags/authority-flags.ts';
import type { GuardFlags } from '../../flags/guard-flags.ts';
import type { QueueFlag } from '../../flags/cluster/queue-flag.ts';
import type { JobFlags } from '../../flags/job-flags.ts';
import { ledgerCopyFrom, type LedgerCopyFlag } from '../../flags/ledger-copy-flag.ts';
import type { OutputFlags } from '../../flags/output-flags.ts';
import { jobFromFlags, type Ends } from '../../job-from-flags.ts';
import { jobSurroundings } from '../../surroundings.ts';
import { runJob } from '../../run-job.ts';

/** The flags of `stagesync sync` besides those of the job. */
export interface SyncFlags
  extends OutputFlags, GuardFlags, LedgerCopyFlag, QueueFlag, StageFlags, S3Flags, SqlFlags {
  readonly dryRun?: true;
}

/** `stagesync sync`. Resolves with the exit status; rejects when the run fails before its pass begins. */
export function runSync(
  context: Context,
  ends: Ends,
  flags: SyncFlags & { readonly job: JobFlags },
  { command }: { readonly command: string } = { command: 'stagesync sync' },
): Promise<ExitStatus> {
  const job = jobFromFlags(context, ends, flags.job);
  const { maxDelete, force, dryRun = false } = flags;
  const around = jobSurroundings(context, flags, {
    command,
    guards: { maxDelete, force },
    dryRun,
    ledgerCopy: ledgerCopyFrom(flags, context.host),
  });
  return runJob(context, job, around, { output: flags });
}
