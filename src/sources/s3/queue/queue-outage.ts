import type { SyncError } from '../../../model/errors.ts';
import { equalJitter, GrowingDelay } from '../../../model/growing-delay.ts';
import { duration } from '../../../model/quantities/duration.ts';

export interface OutageTiming {
  /** The first pause after a failure, in milliseconds; it doubles up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A queue may forget messages after 60 s, and nobody tells how long this one keeps them. */
  readonly lostAfterMs: number;
  /** How often everything is looked at while the queue cannot be read. */
  readonly pollMs: number;
}

export interface AfterFailure {
  readonly pauseMs: number;
  /** Why everything has to be looked at now; for people. */
  readonly everything: string | undefined;
}

/** Times at which a queue cannot be read, and what to do then. Times are milliseconds since some start. */
export class QueueOutage {
  readonly #timing: OutageTiming;
  #goodAt: number;
  readonly #pause: GrowingDelay;
  /** Whether the last look at the queue failed. */
  #failing = false;
  #lasting = false;
  #toldAt = -Infinity;

  constructor(timing: OutageTiming, now: number) {
    this.#timing = timing;
    this.#pause = new GrowingDelay({ firstMs: timing.firstPauseMs, longestMs: timing.longestPauseMs });
    this.#goodAt = now;
  }

  /** Whether the queue is of no use for the time being. */
  get lasting(): boolean {
    return this.#lasting;
  }

  /** `random` is in [0, 1). */
  failed(error: SyncError, now: number, random: number): AfterFailure {
    const { lostAfterMs, pollMs } = this.#timing;
    const pauseMs = equalJitter(this.#pause.next(), random);
    this.#failing = true;
    // A failure that will not pass by itself needs a person at once.
    this.#lasting ||= error.verdict !== 'retry' || now - this.#goodAt >= lostAfterMs;
    if (!this.#lasting || now - this.#toldAt < pollMs) return { pauseMs, everything: undefined };
    this.#toldAt = now;
    return {
      pauseMs,
      everything: `${error.message}; until it works everything is looked at every ${duration(pollMs)}`,
    };
  }

  /** The queue was read. Returns why everything has to be looked at, where messages may have been lost. */
  recovered(now: number): string | undefined {
    const lost = this.#lasting || (this.#failing && now - this.#goodAt >= this.#timing.lostAfterMs);
    this.#goodAt = now;
    this.#failing = false;
    this.#pause.reset();
    this.#lasting = false;
    this.#toldAt = -Infinity;
    return lost ? 'the queue can be read again, and may have lost messages' : undefined;
  }
}
