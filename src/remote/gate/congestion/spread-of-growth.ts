/** So many requests at once, and then so many a second. */
export interface Spread {
  readonly atOnce: number;
  readonly perSecond: number;
}

/** How many requests are under way at the same time at first. */
export const FIRST_LIMIT = 16;
/** While the limit grows, requests start at no more than so many times the rate at which they can be answered. */
const SPREAD = 2;
/** Shorter answers are not worth a timer for each request, in milliseconds. */
const SPREAD_FROM_MS = 100;
/** Until it is known what answers take, and whether any is refused: so many requests at once, then so many a second. */
const FIRST_SPREAD: Spread = { atOnce: FIRST_LIMIT, perSecond: 500 };

export interface Growth {
  readonly limit: number;
  /** What an answer takes; undefined until one came. */
  readonly latencyMs: number | undefined;
  /** The limit is as high as it may be. */
  readonly isMost: boolean;
}

/** How requests are spread while the limit grows. Undefined: not at all. */
export function spreadOfGrowth({ limit, latencyMs, isMost }: Growth): Spread | undefined {
  if (latencyMs === undefined) return FIRST_SPREAD;
  if (latencyMs < SPREAD_FROM_MS) return undefined;
  const perSecond = (SPREAD * limit * 1000) / latencyMs;
  // at the highest limit nothing is left to be found out by going slowly
  return isMost
    ? { atOnce: FIRST_SPREAD.atOnce, perSecond: Math.max(perSecond, FIRST_SPREAD.perSecond) }
    : { atOnce: 1, perSecond };
}
