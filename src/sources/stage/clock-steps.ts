import { setTimeout as sleep } from 'node:timers/promises';
import type { FileEntry } from '../../model/entry.ts';
import type { Clock } from '../../model/ports.ts';

/** How the passing of time is measured here. */
export type StepClock = Pick<Clock, 'now' | 'elapsed' | 'sleep'>;

const systemClock: StepClock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};

const STEP_MS = 20;
/** Of a clock that shows whole seconds. */
const COARSE_STEP_MS = 1100;
/** Two clocks differ by less: signed requests, and addresses, would not work otherwise. */
const MOST_SKEW_MS = 15 * 60_000;

/**
 * Two files that are put within one step of the other side's clock show the same time. Content that is read once the step is over
 * is the last that this time stands for. The step that a file was put in had begun when the file was shown: it is over when as
 * much time has passed here since then. So the two clocks are not compared, except to pass over files that are old by both.
 */
export class ClockSteps {
  readonly #clock: StepClock;
  /** When anything was shown last, as elapsed time. */
  #shownAt: number;

  constructor(clock: StepClock = systemClock) {
    this.#clock = clock;
    this.#shownAt = clock.elapsed();
  }

  /** To be called when a listing or a look has come. */
  shown(): void {
    this.#shownAt = this.#clock.elapsed();
  }

  /** Resolves when no other content can get the time of this file any more. Rejects with the reason of the signal. */
  async over({ modifiedMs }: FileEntry, signal: AbortSignal): Promise<void> {
    if (modifiedMs === undefined || Math.abs(this.#clock.now() - modifiedMs) >= MOST_SKEW_MS) return;
    const step = modifiedMs % 1000 === 0 ? COARSE_STEP_MS : STEP_MS;
    const left = this.#shownAt + step - this.#clock.elapsed();
    if (left <= 0) return;
    try {
      await this.#clock.sleep(left, signal);
    } catch {
      signal.throwIfAborted();
    }
  }
}
