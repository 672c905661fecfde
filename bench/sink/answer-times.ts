import { hash } from 'node:crypto';
import type { SinkOptions, Verb } from './sink-options.ts';

/** The file that a request brings. */
export interface Body {
  readonly path: string;
  readonly bytes: number;
}

/** Holds answers back as a Stage would: by kind and size, by how many requests are worked on, and by their queue. */
export class AnswerTimes {
  readonly #options: SinkOptions;
  readonly #waiting: (() => void)[] = [];
  #working = 0;
  /** Milliseconds that each request took so far, its time in the queue included; only with `trace`. */
  readonly taken: number[] = [];
  /** Milliseconds of work that each file was, in the order in which they came; only with `trace`. */
  readonly puts: number[] = [];

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  /** Calls `answer` when the answer is due. */
  after(verb: Verb, body: Body | undefined, answer: () => void): void {
    const { atOnce = Infinity, trace = false } = this.#options;
    const startedAt = performance.now();
    const done = (): void => {
      this.#working--;
      if (trace) this.taken.push(performance.now() - startedAt);
      answer();
      this.#waiting.shift()?.();
    };
    const work = (): void => {
      this.#working++;
      const ms = this.#workMs(verb, body);
      if (trace && body !== undefined) this.puts.push(ms);
      if (ms === 0) done();
      else setTimeout(done, ms);
    };
    if (this.#working < atOnce) work();
    else this.#waiting.push(work);
  }

  #workMs(verb: Verb, body: Body | undefined): number {
    const { delayMs, slow, bytesPerSecond, slowsBeyond = Infinity } = this.#options;
    if (body !== undefined && slow !== undefined && isOneIn(slow.every, body.path)) return slow.ms;
    const sending =
      body === undefined || bytesPerSecond === undefined ? 0 : (body.bytes / bytesPerSecond) * 1000;
    return ((delayMs?.[verb] ?? 0) + sending) * Math.max(1, this.#working / slowsBeyond);
  }
}

/** Which ones does not depend on the order in which they come. */
const isOneIn = (every: number, path: string): boolean =>
  Number.parseInt(hash('sha256', path).slice(0, 8), 16) % every === 0;
