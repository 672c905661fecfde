import { isSyncError, messageOf, SyncError } from '../../../model/errors.ts';
import { redisError } from '../../redis/open-redis.ts';

/** What a failed command means for whoever asked. The error itself may hold a password, and is not kept. */
export function brokerError(error: unknown, shown: string, from: string): SyncError {
  if (isSyncError(error)) return error;
  const said = messageOf(error);
  if (/\bOOM\b/.test(said))
    return new SyncError(
      'queue_misconfigured',
      `${shown} is full, and takes nothing more (maxmemory): give it more memory, or remove what others keep there`,
      { verdict: 'end_run' },
    );
  if (/\bREADONLY\b|\bMISCONF\b/.test(said))
    return new SyncError('queue_misconfigured', `${shown} takes no changes: ${said.slice(0, 200)}`, {
      verdict: 'end_run',
    });
  return redisError(error, shown, from);
}
