import type { Command } from 'commander';
import { resolve } from 'node:path';

/** Where the ledger of a run comes from and goes to. It is a setting of who runs a job, not of the job. */
export interface LedgerCopyFlag {
  readonly ledgerCopy?: string;
}

export const addLedgerCopyFlag = (command: Command): Command =>
  command.option(
    '--ledger-copy <place>',
    'fetch the ledger from this directory or s3://BUCKET/PREFIX first, and put it back after; for machines whose disk is gone after each run',
  );

/** A directory as an absolute path: jobs of a file read relative names from its folder, a flag is read from the current one. */
export function ledgerCopyFrom(
  { ledgerCopy }: LedgerCopyFlag,
  { cwd }: { readonly cwd: string },
): string | undefined {
  if (ledgerCopy === undefined || ledgerCopy === '' || ledgerCopy.includes('://')) return ledgerCopy;
  return resolve(cwd, ledgerCopy);
}
