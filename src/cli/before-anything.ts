import { isSyncError, SyncError } from '../model/errors.ts';

/** An interrupt before anything was changed, told as such; any other error as it is. */
export const beforeAnything = (error: unknown): unknown =>
  isSyncError(error) && error.code === 'interrupted'
    ? new SyncError('interrupted', `${error.message} before anything was changed`, {
        verdict: 'end_run',
        cause: error,
      })
    : error;
