import { GrowingDelay } from '../../model/growing-delay.ts';
import type { Clock } from '../../model/ports.ts';
import type { Spread } from './congestion/spread-of-growth.ts';
import { AllowedRate } from './congestion/allowed-rate.ts';
import type { RateLimiter, Throttling } from './rate-limiter.ts';

/** Pauses after a 429 that does not say how long; they grow while nothing succeeds. */
const PAUSE = { firstMs: 500, longestMs: 30_000 };
/**
 * A turn that somebody waited for may come late by so much without putting off those after it, in milliseconds: on a busy
 * machine timers are late, and each would lose a little of the rate. A turn that nobody waited for may not.
 */
const LATE_MS = { held: 200, otherwise: 5 };

/**
 * One pace for every request to one origin and account. A 429 stops all of them for as long as it asks, and then they go
 * on at the rate that the other side lets through (AllowedRate).
 */
export class Pacer implements RateLimiter {
  readonly #clock: Clock;
  readonly #allowed: AllowedRate;
  #nextAt = -Infinity;
  #spread: Spread | undefined;
  #most: number | undefined;
  /** When the latest request was let through. */
  #lastAt = 0;
  #pausedAt = 0;
  #pausedUntil = 0;
  readonly #pause = new GrowingDelay(PAUSE);
  #pauses = 0;
  /** Of the latest requests, those that the allowed rate has held back. */
  #heldShare = 0;
  /** Whether it was the allowed rate, and not the spread, that put off the next turn. */
  #isByRate = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#allowed = new AllowedRate(clock.elapsed());
  }

  /** Requests come again after a time without any, which says nothing of what is let through. */
  resume(): void {
    const now = this.#clock.elapsed();
    this.#allowed.resume(now, Math.max(0, now - Math.max(this.#lastAt, this.#pausedUntil)));
  }

  /** Requests a second that the other side lets through, as far as it has refused some. */
  get requestsPerSecond(): number | undefined {
    return this.#allowed.perSecond;
  }

  /** Requests do not start in larger bursts than this; undefined: they start as they come. */
  set spread(spread: Spread | undefined) {
    this.#spread = spread;
    this.#goFreely();
  }

  /** Requests a second at most, whatever the other side lets through; undefined: no such limit. */
  set most(perSecond: number | undefined) {
    this.#most = perSecond;
    // a turn that was put off for long by a low limit is not to hold after a higher one
    if (this.#pausedUntil === 0) this.#nextAt = Math.min(this.#nextAt, this.#clock.elapsed());
    this.#goFreely();
  }

  #goFreely(): void {
    const isFree = this.#spread === undefined && this.#most === undefined;
    if (isFree && this.#allowed.perSecond === undefined) this.#nextAt = -Infinity;
  }

  /** Whether the rate that the other side lets through has held back most of the latest requests. */
  get isHolding(): boolean {
    return this.#heldShare > 0.5;
  }

  /** How long it is until the next request may start, in milliseconds. Undefined: it may start now. */
  get wait(): number | undefined {
    if (this.#nextAt === -Infinity && this.#pausedUntil === 0) return undefined;
    const wait = Math.max(this.#nextAt, this.#pausedUntil) - this.#clock.elapsed();
    return wait > 0 ? wait : undefined;
  }

  /** A request starts now, which settles when the next one may. `held`: it had to wait for its turn. */
  take({ held }: { readonly held: boolean }): void {
    const spread = this.#spread;
    const isLimited = this.#allowed.perSecond !== undefined;
    if (!isLimited && spread === undefined && this.#most === undefined) return;
    const isHeld = held && isLimited && this.#isByRate;
    this.#heldShare += ((isHeld ? 1 : 0) - this.#heldShare) / 16;
    const now = this.#clock.elapsed();
    this.#lastAt = now;
    let interval = isLimited ? this.#allowed.takeInterval({ held: isHeld }) : 0;
    let lateMs = held ? LATE_MS.held : LATE_MS.otherwise;
    this.#isByRate = isLimited;
    if (spread !== undefined && interval < 1000 / spread.perSecond) {
      interval = 1000 / spread.perSecond;
      this.#isByRate = false;
      lateMs = Math.max(LATE_MS.otherwise, (spread.atOnce - 1) * interval);
    }
    if (this.#most !== undefined && interval < 1000 / this.#most) {
      interval = 1000 / this.#most;
      this.#isByRate = false;
      lateMs = LATE_MS.otherwise;
    }
    this.#nextAt = Math.max(now - lateMs, this.#nextAt) + interval;
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

  started(now: number): void {
    this.#allowed.started(now);
  }

  succeeded(): void {
    this.#pause.reset();
  }

  /**
   * A 429 for a request that started at `startedAt`; `answerMs`: what an answer takes. Undefined: the 429 belongs to a
   * slowdown already made.
   */
  throttled(startedAt: number, retryAfterMs: number | undefined, answerMs?: number): Throttling | undefined {
    const now = this.#clock.elapsed();
    const pauseMs = retryAfterMs ?? this.#pause.currentMs;
    if (now + pauseMs > this.#pausedUntil) {
      this.#pausedAt = now;
      this.#pausedUntil = now + pauseMs;
      this.#pauses++;
    }
    if (!this.#allowed.refused({ startedAt, now, pauseMs, answerMs })) return undefined;
    this.#nextAt = this.#pausedUntil;
    this.#pause.next();
    return { requestsPerSecond: this.#allowed.perSecond!, pauseMs };
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
