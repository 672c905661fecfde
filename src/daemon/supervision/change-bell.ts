import type { Clock } from '../../model/ports.ts';

/** The shortest time between two rings, in milliseconds. */
const PAUSE_MS = 250;

/** Tells listeners that something has changed, at most some times a second however often that is. Costs nothing without any. */
export class ChangeBell {
  readonly #clock: Clock;
  readonly #until: AbortSignal;
  readonly #closed = new AbortController();
  readonly #listeners = new Set<() => void>();
  #isWaiting = false;
  #hasChanged = false;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#until = AbortSignal.any([signal, this.#closed.signal]);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  ring(): void {
    this.#hasChanged = true;
    if (!this.#isWaiting && this.#listeners.size > 0) void this.#tell();
  }

  close(): void {
    this.#closed.abort();
    this.#listeners.clear();
  }

  async #tell(): Promise<void> {
    this.#isWaiting = true;
    while (this.#hasChanged && this.#listeners.size > 0 && !this.#until.aborted) {
      // the change is told once it is made
      await Promise.resolve();
      this.#hasChanged = false;
      for (const listener of this.#listeners) listener();
      await this.#clock.sleep(PAUSE_MS, this.#until).catch(() => undefined);
    }
    this.#isWaiting = false;
  }
}
