import type { Clock } from '../../model/ports.ts';

/** Timers of the system hold at most 2^31 milliseconds. */
const LONGEST_MS = 86_400_000;

/** Sleeps. A stop ends every sleep early, as `hurry` does, and `wake` ends those that may be woken; no sleep rejects. */
export class Sleeper {
  readonly #clock: Clock;
  readonly #until: AbortSignal;
  #wake: AbortController | undefined;
  #hurry: AbortController | undefined;

  constructor(clock: Clock, until: AbortSignal) {
    this.#clock = clock;
    this.#until = until;
  }

  /** Sleeps a day at most, whatever `ms` says: the caller looks again then. Resolves with whether `hurry` ended it. */
  async sleep(ms: number): Promise<boolean> {
    const hurry = new AbortController();
    this.#hurry = hurry;
    await this.#sleep(ms, AbortSignal.any([this.#until, hurry.signal]));
    this.#hurry = undefined;
    return hurry.signal.aborted;
  }

  async sleepUntilWoken(ms: number): Promise<void> {
    const wake = new AbortController();
    this.#wake = wake;
    await this.#sleep(ms, AbortSignal.any([this.#until, wake.signal]));
    this.#wake = undefined;
  }

  wake(): void {
    this.#wake?.abort();
  }

  /** Ends whatever sleep there is: somebody asks for work now. */
  hurry(): void {
    this.#wake?.abort();
    this.#hurry?.abort();
  }

  async #sleep(ms: number, until: AbortSignal): Promise<void> {
    try {
      await this.#clock.sleep(Math.min(Math.max(0, ms), LONGEST_MS), until);
    } catch {
      // woken
    }
  }
}
