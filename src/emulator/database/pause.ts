import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long a load may keep the process busy before others have their turn, in milliseconds. */
const LONGEST_MS = 20;

/** Lets requests have their turn while a load works. */
export class Pause {
  readonly #signal: AbortSignal;
  #since = performance.now();

  /** After `signal` the next `ifDue` rejects. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get isDue(): boolean {
    return performance.now() - this.#since > LONGEST_MS;
  }

  async ifDue(): Promise<void> {
    this.#signal.throwIfAborted();
    if (!this.isDue) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
