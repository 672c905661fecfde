import { GrowingDelay } from '../../model/growing-delay.ts';
import type { Clock } from '../../model/ports.ts';

/** Pauses after a 429 that does not say how long; they grow while nothing succeeds. */
const PAUSE = { firstMs: 500, longestMs: 30_000 };
/** Requests a second that every success adds to the rate. */
const RECOVERY_PER_SUCCESS = 0.03;
const SLOWEST_PER_SECOND = 0.2;
/** A rate that has risen so far limits nothing any more. */
const UNLIMITED_PER_SECOND = 10_000;

export interface Throttling {
  readonly requestsPerSecond: number;
  readonly pauseMs: number;
}

/**
 * One pace for every request to one origin and account. A 429 stops all of them for as long as it asks, and then the rate
 * continues at what the other side has really let through since the last 429; from there the rate rises slowly until the
 * next.
 */
export class Pacer {
  readonly #clock: Clock;
  /** Requests a second; undefined until the first 429. */
  #rate: number | undefined;
  #nextAt = 0;
  /** When the latest request was let through. */
  #lastAt = 0;
  #pausedAt = 0;
  #pausedUntil = 0;
  /** Since when successes are counted. */
  #cutAt: number;
  #successes = 0;
  readonly #pause = new GrowingDelay(PAUSE);
  #pauses = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#cutAt = clock.elapsed();
  }

  /**
   * Requests come again after a time without any, which says nothing of what is let through. The rate has risen meanwhile
   * as if requests had kept succeeding at it: a 429 of the night must not slow down a watch in the morning.
   */
  resume(): void {
    const now = this.#clock.elapsed();
    this.#cutAt = now;
    this.#successes = 0;
    if (this.#rate === undefined) return;
    const idleSeconds = Math.max(0, now - Math.max(this.#lastAt, this.#pausedUntil)) / 1000;
    const rate = this.#rate * Math.exp(RECOVERY_PER_SUCCESS * idleSeconds);
    this.#rate = rate < UNLIMITED_PER_SECOND ? rate : undefined;
  }

  /**
   * Takes the next turn, which also keeps the user's own pace. Returns how long the request has to wait for the turn, in
   * milliseconds. Undefined: not at all.
   */
  take(own: OwnPace | undefined): number | undefined {
    if (this.#rate === undefined && this.#pausedUntil === 0 && own === undefined) return undefined;
    const now = this.#clock.elapsed();
    let at = Math.max(now, this.#pausedUntil, own?.nextAt ?? 0);
    if (this.#rate !== undefined) {
      at = Math.max(at, this.#nextAt);
      this.#lastAt = at;
      this.#nextAt = at + 1000 / this.#rate;
    }
    own?.took(at);
    return at > now ? at - now : undefined;
  }

  /** What is left of a pause that was asked for, in milliseconds; 0 when there is none. */
  get pausedFor(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.elapsed());
  }

  /** Pauses so far: a request that waited for its turn while another pause began takes a new turn. */
  get pauses(): number {
    return this.#pauses;
  }

  /** Ends a pause that nobody waits for sooner: `longestMs` after it began. A later request may then ask again. */
  shortenPause(longestMs: number): void {
    this.#pausedUntil = Math.min(this.#pausedUntil, this.#pausedAt + longestMs);
    this.#nextAt = Math.min(this.#nextAt, this.#pausedUntil);
  }

  succeeded(): void {
    this.#successes++;
    this.#pause.reset();
    if (this.#rate !== undefined) this.#rate += RECOVERY_PER_SUCCESS;
  }

  /** A 429 for a request that started at `startedAt`. Undefined: the 429 belongs to a slowdown already made. */
  throttled(startedAt: number, retryAfterMs: number | undefined): Throttling | undefined {
    const now = this.#clock.elapsed();
    const pauseMs = retryAfterMs ?? this.#pause.currentMs;
    if (now + pauseMs > this.#pausedUntil) {
      this.#pausedAt = now;
      this.#pausedUntil = now + pauseMs;
      this.#pauses++;
    }
    if (startedAt < this.#cutAt) return undefined;
    const seconds = Math.max(0.001, (now - this.#cutAt) / 1000);
    const passed = Math.max(SLOWEST_PER_SECOND, this.#successes / seconds);
    this.#rate = Math.min(passed, this.#rate ?? passed);
    this.#nextAt = this.#pausedUntil;
    this.#cutAt = now;
    this.#successes = 0;
    this.#pause.next();
    return { requestsPerSecond: this.#rate, pauseMs };
  }
}

/** The limit on requests a second that one user of a gate set for itself. */
export class OwnPace {
  readonly #clock: Clock;
  readonly perSecond: number;
  #nextAt = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.perSecond = perSecond;
  }

  /** When the next request may start, as the clock's elapsed time. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** How long the next request has to wait, in milliseconds. Undefined: not at all. */
  get wait(): number | undefined {
    const wait = this.#nextAt - this.#clock.elapsed();
    return wait > 0 ? wait : undefined;
  }

  /** A request starts at `at`. */
  took(at: number): void {
    this.#nextAt = at + 1000 / this.perSecond;
  }
}
