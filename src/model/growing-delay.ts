export interface GrowingDelayOptions {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** A delay that doubles with every failure, up to a longest one, and is short again after a success. In milliseconds. */
export class GrowingDelay {
  readonly #options: GrowingDelayOptions;
  #failures = 0;

  constructor(options: GrowingDelayOptions) {
    this.#options = options;
  }

  /** The delay that is due now. */
  get currentMs(): number {
    const { firstMs, longestMs } = this.#options;
    return Math.min(longestMs, firstMs * 2 ** this.#failures);
  }

  /** The delay that is due now; the one after it is longer. */
  next(): number {
    const delay = this.currentMs;
    this.#failures++;
    return delay;
  }

  reset(): void {
    this.#failures = 0;
  }
}

// Many that failed together should not come back together. `random` is in [0, 1).

/** Any part of a delay: spreads the attempts of one program as far as possible. */
export const fullJitter = (delayMs: number, random: number): number => random * delayMs;

/** At least half of a delay: spreads programs, and none of them comes back at once. */
export const equalJitter = (delayMs: number, random: number): number => delayMs / 2 + (delayMs / 2) * random;
