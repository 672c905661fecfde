import type { WatchEvent } from '../../sync/watch/watch-events.ts';
import type { JobState, RunCause, RunSummary } from '../view/daemon-view.ts';
import type { SkipReason } from './course.ts';

/** What a job of the daemon tells. */
export type JobEvent =
  | { readonly type: 'state'; readonly state: JobState; readonly reason: string | undefined }
  | Extract<WatchEvent, { readonly type: 'notice' | 'pass' | 'sync' }>
  /** A run is over, or could not begin. */
  | { readonly type: 'run'; readonly run: RunSummary }
  /** A run that was due did not take place. `count`: due times that are meant. */
  | {
      readonly type: 'skipped';
      readonly cause: RunCause;
      readonly why: SkipReason | 'missed';
      readonly count: number;
    };

/** Must not throw. */
export type JobListener = (event: JobEvent) => void;
