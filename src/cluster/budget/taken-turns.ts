import type { Clock } from '../../model/ports.ts';
import type { Grant } from './budget-store.ts';

/** A turn that nobody took for so long, in milliseconds, is void: a process that stood still does not send all of them at once. */
const VOID_AFTER_MS = 1000;
/** What was wanted lately is wanted again, up to so many. */
const LATELY = { ms: 100, most: 16 };

export interface Turn {
  /** As the clock's elapsed time. */
  readonly due: number;
  /** The same by the clock of the server. */
  readonly serverDue: number;
  /** Whether a rate says when it is due. */
  readonly isLimited: boolean;
}

/** The turns that a process has taken of a budget and not used, and how the server's clock and its own differ. */
export class TakenTurns {
  readonly #clock: Clock;
  #turns: Turn[] = [];
  /** The server's time less the elapsed time here. */
  #ahead = 0;
  /** When the latest turns were used, one over the other. */
  readonly #used = new Float64Array(LATELY.most).fill(-Infinity);
  #uses = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get left(): number {
    this.#dropVoid();
    return this.#turns.length;
  }

  /** How long it is until the next turn is due, in milliseconds; 0: it is due. Undefined: there is none. */
  get wait(): number | undefined {
    this.#dropVoid();
    const first = this.#turns[0];
    return first === undefined ? undefined : Math.max(0, first.due - this.#clock.elapsed());
  }

  /** Turns that were used within the last tenth of a second. */
  get wantedSoon(): number {
    const since = this.#clock.elapsed() - LATELY.ms;
    let wanted = 0;
    for (const at of this.#used) if (at >= since) wanted++;
    return wanted;
  }

  /** The answer to a question that was sent at `sentAt`. */
  add({ now, due, rate }: Grant, sentAt: number): void {
    this.#ahead = now - (sentAt + this.#clock.elapsed()) / 2;
    for (const each of due)
      this.#turns.push({ due: this.asElapsed(each), serverDue: each, isLimited: rate !== undefined });
    // some may be between those that are there
    this.#turns.sort((one, other) => one.due - other.due);
  }

  /** Uses the next turn; one that is not there counts as used all the same. */
  take(): Turn {
    const now = this.#clock.elapsed();
    this.#used[this.#uses++ % LATELY.most] = now;
    return this.#turns.shift() ?? { due: now, serverDue: this.asServerTime(now), isLimited: false };
  }

  /** How many were used so far. */
  get uses(): number {
    return this.#uses;
  }

  /** Takes out what is left, as the server's times. */
  giveUp(): number[] {
    return this.#turns.splice(0).map(({ serverDue }) => serverDue);
  }

  drop(): void {
    this.#turns = [];
  }

  asElapsed = (serverTime: number): number => serverTime - this.#ahead;
  asServerTime = (elapsed: number): number => elapsed + this.#ahead;

  #dropVoid(): void {
    const since = this.#clock.elapsed() - VOID_AFTER_MS;
    while (this.#turns[0] !== undefined && this.#turns[0].due < since) this.#turns.shift();
  }
}
