/**
 * What the store of a lease does, as pure steps: the script in Redis does the same in its own words. Times are milliseconds on the
 * one clock of the store.
 */
export interface LeaseState {
  /** Who holds the lease, or held it last. */
  readonly holder: string | undefined;
  readonly untilMs: number;
  /** Whoever took it last; undefined: the store remembers no leader. */
  readonly last: LastLeader | undefined;
}

/** What is kept of a leader beyond its lease. */
export interface LastLeader {
  readonly epoch: number;
  readonly ttlMs: number;
  /** Whether it gave the lease back. */
  readonly wasReleased: boolean;
  /** The life of the store in which this was noted. */
  readonly life: string;
}

export const NO_LEASE: LeaseState = { holder: undefined, untilMs: 0, last: undefined };

export interface Asked {
  readonly id: string;
  readonly ttlMs: number;
  readonly nowMs: number;
  /** Another one each time that the store starts, or takes over from another: it may have forgotten a leader then. */
  readonly life: string;
}

/** The leader before whoever takes a lease, as the store remembers it. */
export interface FormerLeader {
  readonly epoch: number;
  /** How long its lease lasted without being renewed, in milliseconds. */
  readonly ttlMs: number;
  /** Whether it gave the lease back. */
  readonly wasReleased: boolean;
  /** Whether the store has gone on since without a break: after one it may have forgotten a later leader. */
  readonly isOfThisLife: boolean;
}

/** The holder as of now. */
export const holderOf = ({ holder, untilMs }: LeaseState, nowMs: number): string | undefined =>
  untilMs > nowMs ? holder : undefined;

/**
 * Undefined: another holds it. `wallMs`: the time of day; an epoch is at least that, so that a store which forgets does not begin
 * anew with one that was there before.
 */
export function taken(
  state: LeaseState,
  { id, ttlMs, nowMs, life, wallMs }: Asked & { readonly wallMs: number },
):
  | { readonly state: LeaseState; readonly epoch: number; readonly former: FormerLeader | undefined }
  | undefined {
  const held = holderOf(state, nowMs);
  const { last } = state;
  if (held !== undefined && held !== id) return undefined;
  const next = Math.max((last?.epoch ?? 0) + 1, Math.floor(wallMs));
  // asked again by its holder, whose first reply was lost: it may have been to wait
  const isAgain = held === id;
  const epoch = isAgain ? (last?.epoch ?? next) : next;
  return {
    state: { holder: id, untilMs: nowMs + ttlMs, last: { epoch, ttlMs, wasReleased: false, life } },
    epoch,
    former: isAgain || last === undefined ? undefined : formerOf(last, life),
  };
}

const formerOf = ({ life, ...last }: LastLeader, now: string): FormerLeader => ({
  ...last,
  isOfThisLife: life === now,
});

/** Undefined: it is not the candidate's any more. */
export function renewed(state: LeaseState, { id, ttlMs, nowMs, life }: Asked): LeaseState | undefined {
  if (holderOf(state, nowMs) !== id) return undefined;
  return { ...state, untilMs: nowMs + ttlMs, last: state.last && { ...state.last, life } };
}

/** `hasLed`: whoever waited for another instead may not have outwaited it, so that the next one has to wait as well. */
export function released(
  state: LeaseState,
  { id, hasLed }: { readonly id: string; readonly hasLed: boolean },
): LeaseState {
  if (state.holder !== id) return state;
  return { ...state, holder: undefined, last: state.last && { ...state.last, wasReleased: hasLed } };
}
