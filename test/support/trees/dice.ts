/** Chance that can be repeated: the same seed, the same throws. */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** From 0 up to and without `n`. */
  below(n: number): number;
  /** True with this probability. */
  chance(p: number): boolean;
  pick<T>(of: readonly T[]): T;
}

/** Mulberry32: small, and good enough to choose faults by. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, chance: (p) => next() < p, pick: (of) => of[below(of.length)]! };
}
