/**
 * What the store of a lease does, as pure steps: the script in Redis does the same in its own words. Times are milliseconds on the
 * one clock of the store.
 */
export interface LeaseState {
  /** Who holds the lease, or held it last. */
  readonly holder: string | undefined;
  readonly untilMs: number;
  /** The last one; undefined: the store remembers no leader. */
  readonly epoch: number | undefined;
  /** Whether the last holder gave it back. */
  readonly wasReleased: boolean;
}

export const NO_LEASE: LeaseState = {
  holder: undefined,
  untilMs: 0,
  epoch: undefined,
  wasReleased: false,
};

export interface Asked {
  readonly id: string;
  readonly ttlMs: number;
  readonly nowMs: number;
  /** The time of day: an epoch is at least that, so that a store which forgets does not begin anew with one that was there before. */
  readonly wallMs: number;
}

/** The holder as of now. */
export const holderOf = ({ holder, untilMs }: LeaseState, nowMs: number): string | undefined =>
  untilMs > nowMs ? holder : undefined;

/** Undefined: another holds it. `waitMs`: how long the taker has to wait before it leads. */
export function taken(
  state: LeaseState,
  { id, ttlMs, nowMs, wallMs }: Asked,
):
  | {
      readonly state: LeaseState;
      readonly epoch: number;
      readonly waitMs: number;
      readonly wasReleased: boolean;
    }
  | undefined {
  const held = holderOf(state, nowMs);
  if (held !== undefined && held !== id) return undefined;
  // asked again by its holder, whose first reply was lost: it may have been to wait
  const waitMs = state.epoch === undefined || held === id ? ttlMs : 0;
  const next = Math.max((state.epoch ?? 0) + 1, Math.floor(wallMs));
  const epoch = held === id ? (state.epoch ?? next) : next;
  return {
    state: { holder: id, untilMs: nowMs + ttlMs, epoch, wasReleased: false },
    epoch,
    waitMs,
    wasReleased: state.wasReleased,
  };
}

/** Undefined: it is not the candidate's any more. */
export function renewed(
  state: LeaseState,
  { id, ttlMs, nowMs }: Omit<Asked, 'wallMs'>,
): LeaseState | undefined {
  return holderOf(state, nowMs) === id ? { ...state, untilMs: nowMs + ttlMs } : undefined;
}

export const released = (state: LeaseState, id: string): LeaseState =>
  state.holder === id ? { ...state, holder: undefined, wasReleased: true } : state;
