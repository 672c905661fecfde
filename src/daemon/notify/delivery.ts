import type { Clock } from '../../model/ports.ts';
import type { Attempt } from './send-request.ts';

/** A notice on its way to one target. */
export interface Delivery {
  readonly attempt: (signal: AbortSignal) => Promise<Attempt>;
  /** A later one of the same key takes its place while it waits. */
  readonly replaces?: string | undefined;
}

export interface DeliveryQueueOptions {
  /** For people, without secrets: 'the webhook at https://hooks.example.com'. */
  readonly name: string;
  readonly clock: Clock;
  /** Told of what could not be delivered. */
  readonly onTrouble: (message: string) => void;
}

/** The pauses between attempts, in milliseconds; a fifth of each is random. With them trouble of a quarter of an hour passes. */
const PAUSES_MS = [1000, 10_000, 60_000, 300_000, 600_000];
const LONGEST_PAUSE_MS = 900_000;
/** Notices that wait for one target. With more, the oldest goes. */
const MOST_WAITING = 100;

/** Delivers to one target, one after the other, in the background. */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #waiting: Delivery[] = [];
  /** Aborted: no pause any more, and one last attempt for each. */
  readonly #closing = new AbortController();
  /** Aborted: what is under way is broken off. */
  readonly #stopping = new AbortController();
  #dropped = 0;
  #working: Promise<void> | undefined;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  /** Returns at once; never throws. */
  add(delivery: Delivery): void {
    if (this.#closing.signal.aborted) return;
    const { replaces } = delivery;
    const older = replaces === undefined ? -1 : this.#waiting.findIndex((each) => each.replaces === replaces);
    if (older >= 0) this.#waiting.splice(older, 1);
    this.#waiting.push(delivery);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      if (++this.#dropped === 1)
        this.#tell(
          `is not reached for long: more than ${MOST_WAITING} notices wait, and the oldest are dropped`,
        );
    }
    this.#working ??= this.#work();
  }

  /** Delivers what waits, each with one more attempt, and gives the rest up after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#closing.abort();
    const done = new AbortController();
    const time = this.#options.clock.sleep(withinMs, done.signal).catch(() => undefined);
    await Promise.race([this.#working, time]);
    this.#stopping.abort();
    await this.#working;
    done.abort();
    await time;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#deliver(next);
      if (this.#stopping.signal.aborted) break;
    }
    const left = this.#waiting.splice(0).length;
    if (left > 0) this.#tell(`did not get ${left} more notices: the process ended`);
    this.#working = undefined;
  }

  async #deliver({ attempt }: Delivery): Promise<void> {
    let why = 'the process ended';
    for (let tried = 0; !this.#stopping.signal.aborted; tried++) {
      const isLast = tried >= PAUSES_MS.length || this.#closing.signal.aborted;
      const result = await attempt(this.#stopping.signal);
      if (result.ended === 'taken') return this.#delivered();
      why = result.why;
      if (result.ended === 'refused' || isLast) break;
      await this.#pause(Math.max(PAUSES_MS[tried] ?? 0, result.afterMs ?? 0));
    }
    this.#tell(`did not get a notice: ${why}`);
  }

  #delivered(): void {
    if (this.#dropped === 0) return;
    this.#tell(`is reached again; ${this.#dropped} notices were dropped`);
    this.#dropped = 0;
  }

  async #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    const pause = Math.min(ms, LONGEST_PAUSE_MS) * (0.9 + clock.random() / 5);
    // woken when the process is about to end
    await clock.sleep(pause, this.#closing.signal).catch(() => undefined);
  }

  #tell(what: string): void {
    try {
      this.#options.onTrouble(`${this.#options.name} ${what}`);
    } catch {
      // the listener's own trouble
    }
  }
}
