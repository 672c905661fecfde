import type { Clock } from '../../model/ports.ts';

/** How long a lease lasts without being renewed, unless something else is asked for; milliseconds. */
export const LEASE_MS = 9000;

/** What follows from the time of a lease; all in milliseconds. */
export interface LeaseTimes {
  /** After this the store gives the lease to whoever asks. */
  readonly ttlMs: number;
  /** The holder renews it this often. */
  readonly renewMs: number;
  /** A renewal that failed is tried again after this. */
  readonly tryAgainMs: number;
  /** The holder counts it as lost so long after it sent the last renewal that succeeded: earlier than the store does. */
  readonly ownMs: number;
}

export const leaseTimes = (ttlMs: number): LeaseTimes => ({
  ttlMs,
  renewMs: ttlMs / 3,
  tryAgainMs: ttlMs / 9,
  // what is on its way to a Stage then has a fifth of the time to arrive
  ownMs: ttlMs * 0.8,
});

/**
 * Whether a lease of which so much is left has been given up by its holder, which does not bring it back: a renewal that is answered
 * from then on comes too late for it.
 */
export const isGivenUp = ({ ttlMs, leftMs }: { readonly ttlMs: number; readonly leftMs: number }): boolean =>
  leftMs <= ttlMs - leaseTimes(ttlMs).ownMs;

type Clocks = Pick<Clock, 'now' | 'elapsed'>;

/** A moment by both clocks. */
export interface Moment {
  readonly elapsedMs: number;
  readonly wallMs: number;
}

export const momentOf = (clock: Clocks): Moment => ({ elapsedMs: clock.elapsed(), wallMs: clock.now() });

/**
 * How much of `ms` since a moment is left, by whichever clock says less: the one that only grows stands still while the machine
 * sleeps, and the other one can be set back. Never below 0.
 */
export function leftSince({ elapsedMs, wallMs }: Moment, ms: number, clock: Clocks): number {
  const passed = Math.max(clock.elapsed() - elapsedMs, clock.now() - wallMs);
  return Math.max(0, ms - passed);
}
