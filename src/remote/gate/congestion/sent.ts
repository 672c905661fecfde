import type { Operation } from '../../../model/errors.ts';
import type { Cohort } from './cohort.ts';
import type { RequestKind } from './usual-latency.ts';

/** A request that was sent, until it is answered, refused or failed. */
export interface Sent {
  readonly startedAt: number;
  readonly kind: RequestKind;
  readonly cohort: Cohort | undefined;
}

export interface Start {
  readonly operation: Operation;
  /** Of an upload. */
  readonly bytes?: number | undefined;
  readonly now: number;
  /** Default: true. False where the time that the answer takes will say nothing of the other side. */
  readonly evidence?: boolean | undefined;
}
