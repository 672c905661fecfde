import { GrowingDelay } from '../../model/growing-delay.ts';
import type { Clock } from '../../model/ports.ts';

/** After so many failures in a row, of any requests, the other side is down: the requests are not at fault. */
const ENOUGH = 8;
const HOLD = { firstMs: 500, longestMs: 20_000 };

/**
 * Tells when nothing works any more. Every request is then held back, first attempts too, for times that double until one
 * request succeeds. Otherwise the requests that have not been tried yet would soon use up a run's budget of failures.
 */
export class Outage {
  readonly #clock: Clock;
  /** Since the last success. */
  #failures = 0;
  readonly #hold = new GrowingDelay(HOLD);
  #heldUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long a request has to wait now, in milliseconds. Undefined: not at all. */
  wait(): number | undefined {
    if (this.#heldUntil === 0) return undefined;
    const wait = this.#heldUntil - this.#clock.elapsed();
    return wait > 0 ? wait : undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#hold.reset();
    this.#heldUntil = 0;
  }

  failed(): void {
    this.#failures++;
    // requests that were under way when the hold began fail within the hold
    if (this.#failures < ENOUGH || this.wait() !== undefined) return;
    this.#heldUntil = this.#clock.elapsed() + this.#hold.next();
  }
}
