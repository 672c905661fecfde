import type { SyncError } from '../../model/errors.ts';
import { equalJitter, GrowingDelay } from '../../model/growing-delay.ts';
import { afterError } from '../../sync/watch/after-error.ts';
import type { RunCause } from '../view/daemon-view.ts';

/** Pauses between tries; they grow with each that fails. */
const BACK_OFF = { firstMs: 1000, longestMs: 300_000 };
const HALT = { firstMs: 30_000, longestMs: 600_000 };
/** Another run of the pair may end at any moment, and to look costs little. */
const LOCKED = { firstMs: 2000, longestMs: 30_000 };

/** Why a job waits before it tries again. */
export interface Trouble {
  readonly state: 'backing_off' | 'halted';
  readonly reason: string;
  readonly delayMs: number;
}

/**
 * Whether a run that ended with this error is tried again by itself. A person who asked for a run learns of the error; one that
 * was stopped, or ran out of time, waits for the next due time.
 */
export const isTriedAgain = (cause: RunCause, error: SyncError | undefined): boolean =>
  error !== undefined && error.code !== 'interrupted' && cause !== 'command' && cause !== 'flush';

/** Says how long to wait after an error: longer each time, until something has worked. */
export class Troubles {
  readonly #random: () => number;
  readonly #backOff = new GrowingDelay(BACK_OFF);
  readonly #halt = new GrowingDelay(HALT);
  readonly #locked = new GrowingDelay(LOCKED);

  constructor(random: () => number) {
    this.#random = random;
  }

  after(error: SyncError): Trouble {
    const isHalt = afterError(error) !== 'back_off';
    const growing = error.code === 'locked' ? this.#locked : isHalt ? this.#halt : this.#backOff;
    // many that failed at the same moment must not all try again at the same moment
    const delayMs = equalJitter(growing.next(), this.#random());
    return {
      state: isHalt ? 'halted' : 'backing_off',
      reason: error.message,
      delayMs: Math.max(delayMs, error.retryAfterMs ?? 0),
    };
  }

  reset(): void {
    for (const growing of [this.#backOff, this.#halt, this.#locked]) growing.reset();
  }
}
