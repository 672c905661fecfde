import { printable } from '../model/printable.ts';
import { SyncError } from '../model/errors.ts';

/** The command line itself is wrong: exit status 2. `message` says what, why and what to write instead. */
export const usageError = (message: string, cause?: unknown): SyncError =>
  new SyncError('usage', message, { verdict: 'end_run', cause });

/** A setting from the environment or a file is wrong or missing: exit status 2. */
export const configError = (message: string, cause?: unknown): SyncError =>
  new SyncError('config', message, { verdict: 'end_run', cause });

/** A plan file cannot be read, written or applied: exit status 2. `why` goes on the sentence "the plan file NAME …". */
export const unusablePlan = (file: string, why: string): SyncError =>
  configError(`the plan file ${printable(file)} ${why}`);
