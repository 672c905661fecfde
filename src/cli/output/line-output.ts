import type { Writable } from 'node:stream';

/** Characters that may wait for the end of the tick before they are written at once. */
const BATCH = 64 * 1024;

/**
 * Lines to a stream, gathered per tick: thousands of events a second must not be thousands of system calls. Order is
 * kept. When the reader goes away (EPIPE) or the stream fails, `onClosed` hears of it once and later lines are dropped.
 */
export class LineOutput {
  readonly stream: Writable;
  #waiting: string[] = [];
  #size = 0;
  #scheduled = false;
  #closed = false;
  #failure: NodeJS.ErrnoException | undefined;
  readonly #onClosed: (error: NodeJS.ErrnoException) => void;
  #divertedTo: ((text: string) => void) | undefined;

  constructor(stream: Writable, onClosed: (error: NodeJS.ErrnoException) => void) {
    this.stream = stream;
    // never taken off again: a late EPIPE must not crash the process
    stream.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    this.#onClosed = onClosed;
  }

  #fail(error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    if (error.code !== 'EPIPE') this.#failure = error;
    this.#onClosed(error);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Drops all later lines: for a caller that has learnt without writing that nobody reads any more. */
  giveUp(): void {
    this.#fail(Object.assign(new Error('nobody reads the output any more'), { code: 'EPIPE' }));
  }

  /** What went wrong with the stream, unless it was only that nobody reads any more. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /**
   * Gives the lines to `take` until the returned function is called: a live display on the same terminal has to place
   * them, or its next drawing wipes them out.
   */
  divert(take: (text: string) => void): () => void {
    this.#divertedTo = take;
    return () => (this.#divertedTo = undefined);
  }

  line(text: string): void {
    if (this.#closed) return;
    if (this.#divertedTo !== undefined) return this.#divertedTo(text);
    this.#waiting.push(text);
    this.#size += text.length;
    if (this.#size >= BATCH) this.#write();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.#write();
      });
    }
  }

  /** Resolves when everything said so far has been taken by the system, or the stream is closed. */
  flush(): Promise<void> {
    this.#write();
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.stream.write('', () => resolve());
    });
  }

  #write(): void {
    if (this.#waiting.length === 0 || this.#closed) return;
    const text = `${this.#waiting.join('\n')}\n`;
    this.#waiting = [];
    this.#size = 0;
    this.stream.write(text);
    // a broken pipe is known at once, but its event comes in a later turn, and the caller may say a million lines
    // before
    if (this.stream.errored !== null) this.#fail(this.stream.errored);
  }
}
