import type { Clock } from '../../model/ports.ts';
import { FairLine } from './fair-line.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** A request that waits for the pace. */
export interface Waiting {
  /** The job: jobs take turns. */
  readonly owner: object;
  readonly urgent: boolean;
  /** Aborted: it may be that the request is not to wait any longer; `isLeaving` says. */
  readonly signal: AbortSignal;
  /** Whether the request is not to be sent any more. Asked when the signal is aborted, and during pauses. */
  readonly isLeaving: () => boolean;
}

interface Place {
  readonly waiting: Waiting;
  readonly leave: () => void;
  readonly go: () => void;
}

/**
 * Requests of all jobs that wait for the pace, urgent ones first; of each kind, job by job. Only the first of them has a timer: so a pause, or
 * another rate, holds at once for all of them.
 */
export class TurnLine {
  readonly #clock: Clock;
  readonly #pacer: RateLimiter;
  readonly #onWaited: ((ms: number) => void) | undefined;
  readonly #urgent = new FairLine<Place>();
  readonly #others = new FairLine<Place>();
  /** Ends the sleep of the first. */
  #alarm: AbortController | undefined;
  #isServed = false;

  /** `onWaited` hears of time that has passed while at least one request waited, in milliseconds. */
  constructor(clock: Clock, pacer: RateLimiter, onWaited?: (ms: number) => void) {
    this.#clock = clock;
    this.#pacer = pacer;
    this.#onWaited = onWaited;
  }

  get isEmpty(): boolean {
    return this.#others.size === 0 && this.#urgent.size === 0;
  }

  /** Takes the turn that is due now, if nobody else waits for it. */
  takeNow(): boolean {
    if (!this.isEmpty || this.#pacer.wait !== undefined) return false;
    this.#pacer.take({ held: false });
    return true;
  }

  /** Waits for a turn. Resolves with false when the request is to leave first. */
  wait(waiting: Waiting): Promise<boolean> {
    const line = waiting.urgent ? this.#urgent : this.#others;
    return new Promise((resolve) => {
      const { signal, owner } = waiting;
      const aborted = (): void => {
        if (waiting.isLeaving()) place.leave();
      };
      const end = (goes: boolean): void => {
        line.delete(owner, place);
        signal.removeEventListener('abort', aborted);
        resolve(goes);
        if (this.isEmpty) this.#alarm?.abort();
      };
      const place: Place = { waiting, leave: () => end(false), go: () => end(true) };
      line.add(owner, place);
      signal.addEventListener('abort', aborted);
      if (waiting.isLeaving()) return place.leave();
      if (!this.#isServed) void this.#serve();
    });
  }

  /** The pace is another one: the first that waits looks again. */
  lookAgain(): void {
    this.#alarm?.abort();
  }

  async #serve(): Promise<void> {
    this.#isServed = true;
    while (!this.isEmpty) {
      this.#pacer.expect?.(this.#urgent.size + this.#others.size);
      const { wait } = this.#pacer;
      if (wait === undefined) this.#next();
      else await this.#sleep(wait);
    }
    this.#isServed = false;
    this.#pacer.expect?.(0);
  }

  #next(): void {
    const next = (this.#urgent.size > 0 ? this.#urgent : this.#others).shift();
    this.#pacer.take({ held: true });
    next!.go();
  }

  async #sleep(ms: number): Promise<void> {
    // a stop that leaves a pace alone ends a pause
    if (this.#pacer.pausedFor > 0)
      for (const place of [...this.#urgent, ...this.#others]) if (place.waiting.isLeaving()) place.leave();
    if (this.isEmpty) return;
    this.#alarm = new AbortController();
    const since = this.#clock.elapsed();
    await this.#clock.sleep(ms, this.#alarm.signal).catch(() => undefined);
    this.#alarm = undefined;
    this.#onWaited?.(this.#clock.elapsed() - since);
  }
}
