import type { LeaseHolder } from '../../model/cluster/leader-election.ts';
import type { FormerLeader } from './lease-rules.ts';

/** One candidate for one leadership; `id` is random, so that no other is taken for it. */
export interface Candidate extends LeaseHolder {
  readonly id: string;
}

/** All times are milliseconds. */
export interface Taken {
  readonly taken: true;
  readonly epoch: number;
  /** Undefined: the store remembers no leader, or does not say. */
  readonly former: FormerLeader | undefined;
  /** By the clock of the store, since 1970. */
  readonly nowMs: number;
}

export interface HeldByOther {
  readonly taken: false;
  readonly holder: LeaseHolder | undefined;
  readonly epoch: number;
  /** How long it lasts without being renewed. */
  readonly ttlMs: number;
  /** Until it runs out, unless it is renewed. */
  readonly leftMs: number;
}

/**
 * Where a lease is kept: each method is one indivisible step, on one clock. A lease that is not renewed for its time is nobody's.
 * All reject with `queue_unreachable` where the store does not answer in time; what was asked for may have been done then.
 */
export interface LeaseStore {
  /** For messages; without credentials. */
  readonly label: string;
  /** Takes the lease where nobody holds it, with a higher epoch than ever before; asked again by its holder, it renews it. */
  take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther>;
  /** Resolves with the clock of the store; with undefined where the candidate does not hold the lease any more. */
  renew(candidate: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined>;
  /**
   * Does nothing where another holds it. `hasLed`: whoever gives it back while it waits for a leader of before does not say that there
   * is none.
   */
  release(candidate: Candidate, how: { readonly hasLed: boolean }): Promise<void>;
  /** What leaders keep for the next one, by names of theirs. */
  records(): Promise<ReadonlyMap<string, string>>;
  /** Keeps a record. Resolves with false, and keeps nothing, where the candidate does not hold the lease any more. */
  record(candidate: Candidate, name: string, value: string): Promise<boolean>;
  close(): Promise<void>;
}
