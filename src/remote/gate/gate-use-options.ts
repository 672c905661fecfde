import type { EventListener } from '../../model/events.ts';
import type { MeasuredPace } from '../../model/pace.ts';
import type { Concurrency } from './lanes.ts';

export interface GateUseOptions {
  /** What sentences call the other side. */
  readonly name: string;
  /** Requests of this job at the same time, at most. */
  readonly concurrency: Concurrency;
  /** With 'auto': requests at the same time, at most. Default: MOST_LANES. */
  readonly mostLanes?: number | undefined;
  /** Transfers of this job keep to a bandwidth of its own. */
  readonly limitsBandwidth?: boolean | undefined;
  /** Attempts for one request before it counts as failed; a 429 does not count. */
  readonly attempts: number;
  /** What an earlier run has measured of the other side. */
  readonly measured?: MeasuredPace | undefined;
  /** Of this job, whatever the other side allows. */
  readonly maxRequestsPerSecond: number | undefined;
  /** The longest wait in one go that the other side may ask for, in milliseconds. A longer one ends the job. */
  readonly maxWaitMs: number;
  /** The flag that sets it, for messages. */
  readonly maxWaitFlag?: string | undefined;
  /** Aborted: no further attempt is begun for what failed. */
  readonly draining: AbortSignal;
  /** Aborted: stop at once. */
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}
