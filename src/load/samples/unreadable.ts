import { SyncError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';

/** A file that cannot be looked at, or that no pipeline could read: exit status 3. */
export const unreadable = (file: string, line: number | undefined, why: string, cause?: unknown): SyncError =>
  new SyncError(
    'entry_unreadable',
    `${printable(file)}${line === undefined ? '' : `, line ${line}`}: ${why}`,
    {
      verdict: 'end_run',
      operation: 'read',
      path: file,
      cause,
    },
  );
