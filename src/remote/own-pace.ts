import type { Clock } from '../model/ports.ts';

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
