/** Lets `perSecond` units through on average, and up to `burst` at once. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #level: number;
  #at: number;

  /** `nowMs` is any clock that only goes forward. */
  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
    this.#at = nowMs;
  }

  /** 0 when it took the units, otherwise the milliseconds until it could. */
  take(units: number, nowMs: number): number {
    this.#refill(nowMs);
    if (this.#level >= units) {
      this.#level -= units;
      return 0;
    }
    return ((units - this.#level) / this.#perSecond) * 1000;
  }

  /** Takes the units on credit: the milliseconds until they are earned. Later takers wait behind. */
  owe(units: number, nowMs: number): number {
    this.#refill(nowMs);
    this.#level -= units;
    return this.#level >= 0 ? 0 : (-this.#level / this.#perSecond) * 1000;
  }

  #refill(nowMs: number): void {
    this.#level = Math.min(this.#burst, this.#level + ((nowMs - this.#at) / 1000) * this.#perSecond);
    this.#at = nowMs;
  }
}
