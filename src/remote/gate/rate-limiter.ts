import type { SyncError } from '../../model/errors.ts';
import type { BudgetNotice, SharedPace } from '../../model/pace.ts';
import type { Bandwidth } from '../bandwidth.ts';
import type { Spread } from './congestion/spread-of-growth.ts';

export interface Throttling {
  readonly requestsPerSecond: number;
  readonly pauseMs: number;
}

/** What a limiter tells the gate that it belongs to. */
export interface RateLimiterListener {
  /** `wait` may be another one now, without a call of the gate. */
  onChange(): void;
  /** Others that share the limiter were refused: `refusal` asks for the wait that `pausedFor` shows. */
  onPause(refusal: SyncError): void;
  /** What a person should know of the limiter. */
  onNotice(notice: BudgetNotice): void;
}

/**
 * When requests to one origin and account may start, and what refusals change of that: for the jobs of one process (Pacer), or for
 * all processes that share a budget (`src/cluster/budget`). All is told and asked synchronously, so that a request that may
 * start at once costs no turn of the event loop. Durations in milliseconds, times as the clock's elapsed time.
 */
export interface RateLimiter {
  /** The address of the budget that it keeps to, without a password. Absent where it is of this process alone. */
  readonly budget?: string | undefined;
  /** How that budget does. Absent where it is of this process alone, or closed. */
  readonly shared?: SharedPace | undefined;
  /** The bytes of all that share the limiter; absent where they have no limit together. */
  readonly bandwidth?: Bandwidth | undefined;
  /** Requests a second that the other side lets through, or that were said; undefined while nothing limits them. */
  readonly requestsPerSecond: number | undefined;
  /** Requests do not start in larger bursts than this; undefined: they start as they come. */
  spread: Spread | undefined;
  /** Requests a second at most, of this process; undefined: no such limit. */
  most: number | undefined;
  /** Whether the rate that the other side lets through has held back most of the latest requests. */
  readonly isHolding: boolean;
  /** How long it is until the next request may start, or until to ask again. Undefined: it may start now. */
  readonly wait: number | undefined;
  /** What is left of a pause that was asked for; 0 when there is none. */
  readonly pausedFor: number;
  /** So many requests wait for their turn. Absent where turns need not be asked for. */
  expect?(requests: number): void;
  /** A request starts now, which settles when the next one may. `held`: it had to wait for its turn. */
  take(how: { readonly held: boolean }): void;
  /** Requests come again after a time without any, which says nothing of what is let through. */
  resume(): void;
  started(now: number): void;
  succeeded(): void;
  /**
   * A 429 for a request that started at `startedAt`; `answerMs`: what an answer takes. Undefined: the 429 belongs to a
   * slowdown already made. A promise where others are asked first; it never rejects, and the pause holds at once.
   */
  throttled(
    startedAt: number,
    retryAfterMs: number | undefined,
    answerMs?: number,
  ): Throttling | undefined | Promise<Throttling | undefined>;
  /** Ends a pause that nobody waits for sooner: `longestMs` after it began. A later request may then ask again. */
  shortenPause(longestMs: number): void;
  /** Absent where nothing happens without a call. */
  listen?(listener: RateLimiterListener): void;
}
