import { SyncError, isSyncError } from '../../../model/errors.ts';
import type { WantedObject } from './read-object.ts';

export const notAsListed = ({ key }: WantedObject, why: string): SyncError =>
  new SyncError(
    'entry_changed',
    `${key} is not the object that was listed: ${why}; the next run takes the new one`,
    {
      verdict: 'skip_entry',
      fact: 'changed',
      operation: 'read',
      details: { key },
    },
  );

export const corrupt = ({ key }: WantedObject, against: string): SyncError =>
  new SyncError('source_failed', `the bytes received for ${key} do not match ${against}`, {
    verdict: 'retry',
    details: { key },
  });

/** The same wrong bytes twice are what the server has. */
export const notWhatIsKept = ({ key }: WantedObject, against: string): SyncError =>
  new SyncError(
    'entry_unreadable',
    `the bytes received for ${key} do not match ${against}, and were the same twice; the object is damaged, or its server puts there what is none: ` +
      'upload it again, in parts or with a checksum if it is intact, or exclude it',
    { verdict: 'skip_entry', fact: 'unreadable', operation: 'read', details: { key } },
  );

export const interrupted = ({ key, size }: WantedObject, offset: number, cause: unknown): SyncError =>
  new SyncError(
    'source_unreachable',
    `reading ${key} broke off at byte ${offset} of ${size} and could not be resumed: ${reasonOf(cause)}`,
    { verdict: 'retry', details: { key, offset, size } },
  );

function reasonOf(cause: unknown): string {
  if (isSyncError(cause)) return cause.message;
  const { code, message } = (cause ?? {}) as { code?: unknown; message?: string };
  // Ours, and it says how much came.
  if (code === 'ETIMEDOUT' && message !== undefined) return message;
  return typeof code === 'string' ? code : 'the connection ended early';
}
