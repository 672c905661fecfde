import { isSyncError, SyncError } from '../../../model/errors.ts';
import type { SyncErrorOptions } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { WantedObject } from './wanted-object.ts';

const about = ({ key }: WantedObject): Pick<SyncErrorOptions, 'operation' | 'path' | 'details'> => ({
  operation: 'read',
  path: key,
  details: { key },
});

export const notAsListed = (wanted: WantedObject, why: string): SyncError =>
  new SyncError(
    'entry_changed',
    (name) => `${printable(name)} is not the object that was listed: ${why}; the next run takes the new one`,
    { ...about(wanted), verdict: 'skip_entry', fact: 'changed' },
  );

export const corrupt = (wanted: WantedObject, against: string): SyncError =>
  new SyncError(
    'source_failed',
    (name) => `the bytes received for ${printable(name)} do not match ${against}`,
    { ...about(wanted), verdict: 'retry' },
  );

/** Wrong bytes that come twice alike are what the server stores. */
export const notWhatIsKept = (wanted: WantedObject, against: string): SyncError =>
  new SyncError(
    'entry_unreadable',
    (name) =>
      `the bytes received for ${printable(name)} do not match ${against}, and were the same twice; the object is damaged, or its server puts there what is none: ` +
      'upload it again, in parts or with a checksum if it is intact, or exclude it',
    { ...about(wanted), verdict: 'skip_entry', fact: 'unreadable' },
  );

export const brokenOff = (wanted: WantedObject, offset: number, cause: unknown): SyncError =>
  new SyncError(
    'source_unreachable',
    (name) =>
      `reading ${printable(name)} broke off at byte ${offset} of ${wanted.size} and could not be resumed: ${reasonOf(cause)}`,
    {
      ...about(wanted),
      verdict: 'retry',
      fact: 'out_of_reach',
      details: { key: wanted.key, offset, size: wanted.size },
    },
  );

function reasonOf(cause: unknown): string {
  if (isSyncError(cause)) return cause.besidePath;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: string };
  // Our own error, whose message says how much came.
  if (code === 'ETIMEDOUT' && message !== undefined) return message;
  return typeof code === 'string' ? code : 'the connection ended early';
}
