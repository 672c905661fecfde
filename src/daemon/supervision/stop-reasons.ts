import { usageError } from '../../jobs/usage-errors.ts';
import { SyncError } from '../../model/errors.ts';

const stopped = (message: string, retryAfterMs?: number): SyncError =>
  new SyncError('interrupted', message, { verdict: 'end_run', retryAfterMs });

export const ENDED = stopped('the daemon stops, another one leads, or the job is no longer in its file');
export const DRAINED = {
  end: ENDED,
  pause: stopped('paused'),
  overlap: stopped('stopped, because its next run is due'),
} as const;
/** A watch goes on after a while: whoever wants it to stay still pauses it. */
export const CANCELLED = stopped(
  'cancelled; what was done is recorded, and the next run goes on from there',
  60_000,
);

export const isPaused = (name: string): SyncError =>
  usageError(`the job ${JSON.stringify(name)} is paused; "stagesync resume ${name}" lets it go on`);
