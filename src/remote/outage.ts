import { GrowingDelay } from '../model/growing-delay.ts';
import type { Clock } from '../model/ports.ts';

/** Failures in a row, of whichever requests, from which on it is not those requests that fail. */
const ENOUGH = 8;
const HOLD = { firstMs: 500, longestMs: 20_000 };

/**
 * Tells when nothing works any more, and holds every request back then, the first attempts too, for spans that double
 * until one succeeds. Without it the requests that have not been tried yet would use up the run's patience in no time.
 */
export class Outage {
  readonly #clock: Clock;
  #failures = 0;
  readonly #hold = new GrowingDelay(HOLD);
  #heldUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures;
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
    // those that were under way when the hold began fail within it
    if (this.#failures < ENOUGH || this.wait() !== undefined) return;
    this.#heldUntil = this.#clock.elapsed() + this.#hold.next();
  }
}
