import { printable } from '../model/printable.ts';
import { messageOf, SyncError } from '../model/errors.ts';

/** The command line itself is wrong: exit status 2. `message` says what, why and what to write instead. */
export const usageError = (message: string, cause?: unknown): SyncError =>
  new SyncError('usage', message, { verdict: 'end_run', cause });

/** A setting from the environment or a file is wrong or missing: exit status 2. */
export const configError = (message: string, cause?: unknown): SyncError =>
  new SyncError('config', message, { verdict: 'end_run', cause });

/** A plan file cannot be read, written or applied: exit status 2. `why` goes on the sentence "the plan file NAME …". */
export const unusablePlan = (file: string, why: string): SyncError =>
  configError(`the plan file ${printable(file)} ${why}`);

/** A file that the user named cannot be read: exit status 2. `what`: the flag, or what the file is. What it holds is never shown. */
export const unreadableFile = (what: string, file: string, error: unknown): SyncError =>
  configError(
    `cannot read ${what} ${printable(file)}: ${messageOf(error)}; name a file that this user can read`,
    error,
  );

/** A server cannot listen where it was told to: exit status 2. */
export const cannotServe = (
  { host, port }: { readonly host?: string | undefined; readonly port?: number | undefined },
  error: unknown,
): SyncError =>
  configError(
    `cannot serve --http on ${host}:${port}: ${messageOf(error)}; ${(error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'another process listens there: give another port' : 'give an address of this machine, and a port that this user may take'}`,
    error,
  );
