import { GrowingDelay } from '../model/growing-delay.ts';
import type { Clock } from '../model/ports.ts';

/** First pause after a 429 that does not say how long, in milliseconds; it doubles while nothing succeeds. */
const PAUSE = { firstMs: 500, longestMs: 30_000 };
/** Share of its rate that the pacer adds in a second without a 429. */
const RECOVERY_PER_SECOND = 0.03;
const SLOWEST_PER_SECOND = 0.2;

export interface Throttling {
  readonly requestsPerSecond: number;
  readonly pauseMs: number;
}

/**
 * One pace for every request of the process. A 429 stops all of them for as long as it asks, and then the rate
 * continues at what Stage has really let through since the last 429; from there it rises slowly until the next.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #limit: number | undefined;
  #rate: number | undefined;
  #nextAt = 0;
  #pausedUntil = 0;
  #cutAt: number;
  #successes = 0;
  readonly #pause = new GrowingDelay(PAUSE);
  #pauses = 0;

  /** `limit`: requests per second at most, whatever Stage allows. */
  constructor(clock: Clock, limit: number | undefined) {
    this.#clock = clock;
    this.#limit = limit;
    this.#cutAt = clock.elapsed();
    this.#rate = limit;
  }

  /** How long the next request has to wait, in milliseconds; taking the turn. Undefined: not at all. */
  take(): number | undefined {
    if (this.#rate === undefined && this.#pausedUntil === 0) return undefined;
    const now = this.#clock.elapsed();
    let at = Math.max(now, this.#pausedUntil);
    if (this.#rate !== undefined) {
      at = Math.max(at, this.#nextAt);
      this.#nextAt = at + 1000 / this.#rate;
    }
    return at > now ? at - now : undefined;
  }

  /** What is left of a pause that was asked for, in milliseconds; 0 when there is none. */
  get pausedFor(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.elapsed());
  }

  /** Pauses so far: whoever waited for its turn while another one began takes a new turn. */
  get pauses(): number {
    return this.#pauses;
  }

  succeeded(): void {
    this.#successes++;
    this.#pause.reset();
    if (this.#rate === undefined || this.#rate === this.#limit) return;
    // one success is 1/rate of a second
    const faster = this.#rate + RECOVERY_PER_SECOND;
    this.#rate = this.#limit === undefined ? faster : Math.min(faster, this.#limit);
  }

  /** A 429 for a request that started at `startedAt`. Undefined: it belongs to a slowdown already made. */
  throttled(startedAt: number, retryAfterMs: number | undefined): Throttling | undefined {
    const now = this.#clock.elapsed();
    const pauseMs = retryAfterMs ?? this.#pause.currentMs;
    if (now + pauseMs > this.#pausedUntil) {
      this.#pausedUntil = now + pauseMs;
      this.#pauses++;
    }
    if (startedAt < this.#cutAt) return undefined;
    const seconds = Math.max(0.001, (now - this.#cutAt) / 1000);
    const passed = Math.max(SLOWEST_PER_SECOND, this.#successes / seconds);
    this.#rate = Math.min(passed, this.#rate ?? passed, this.#limit ?? passed);
    this.#nextAt = this.#pausedUntil;
    this.#cutAt = now;
    this.#successes = 0;
    this.#pause.next();
    return { requestsPerSecond: this.#rate, pauseMs };
  }
}
