import type { Clock } from '../../../model/ports.ts';

/** A part of the lock's time: what is begun later could still be under way when somebody else has the batch. */
const USABLE = 0.8;

/**
 * How long a worker may rely on having a batch to itself: from the moment at which it asked for the last renewal that was confirmed.
 * Of the monotonic clock and the one on the wall the one that says it is over counts: the first may stand still while a machine
 * is suspended, the second may be set back.
 */
export class LockDeadline {
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>;
  readonly #usableMs: number;
  #confirmed: { readonly elapsed: number; readonly now: number };

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>, lockMs: number) {
    this.#clock = clock;
    this.#usableMs = lockMs * USABLE;
    this.#confirmed = this.moment();
  }

  /** To be taken before a renewal is asked for, and handed to `confirmed` when it is confirmed. */
  moment(): { readonly elapsed: number; readonly now: number } {
    return { elapsed: this.#clock.elapsed(), now: this.#clock.now() };
  }

  confirmed(asked: { readonly elapsed: number; readonly now: number }): void {
    this.#confirmed = asked;
  }

  /** Milliseconds; 0: nothing may be begun any more. */
  get leftMs(): number {
    const { elapsed, now } = this.moment();
    const passed = Math.max(elapsed - this.#confirmed.elapsed, now - this.#confirmed.now);
    return Math.max(0, this.#usableMs - passed);
  }
}
