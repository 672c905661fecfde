import type { FormerLeader } from './lease-rules.ts';

/** A lease as a candidate was told of it last: that of another, or its own, which has ended. */
export interface SeenLease {
  readonly epoch: number;
  /** How long it lasts without being renewed, in milliseconds. */
  readonly ttlMs: number;
  /** Whether so little of it was left that its holder had given up by then. */
  readonly isGivenUp: boolean;
}

/**
 * How long whoever has taken a lease has to wait before it leads, in milliseconds: as long as a leader that is not known of may still
 * believe in its own. Only two things show that there is none: the last one gave the lease back, or the candidate itself has seen
 * that it was given up. That the lease is gone shows nothing: clocks can be set, and keys deleted.
 */
export function waitToLead(
  former: FormerLeader | undefined,
  seen: SeenLease | undefined,
  { ttlMs }: { readonly ttlMs: number },
): number {
  const longestMs = Math.max(ttlMs, former?.ttlMs ?? 0, seen?.ttlMs ?? 0);
  if (former === undefined || !former.isOfThisLife) return longestMs;
  // a store that knows less than it has told has lost something
  if (seen !== undefined && seen.epoch > former.epoch) return longestMs;
  const isGivenUp = seen?.epoch === former.epoch && seen.isGivenUp;
  return former.wasReleased || isGivenUp ? 0 : longestMs;
}
