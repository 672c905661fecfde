import { isSyncError, type SyncError } from '../../../model/errors.ts';
import { redisError } from '../../redis/open-redis.ts';

/** What a failed command means for whoever asked. The error itself may hold a password, and is not kept. */
export const brokerError = (error: unknown, shown: string, from: string): SyncError =>
  isSyncError(error) ? error : redisError(error, shown, from);
