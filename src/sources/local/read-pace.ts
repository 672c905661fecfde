// A read from the page cache takes some 30 µs; 2 ms means a cold disk or a network, and a stalled event loop.
const SLOW_MS = 2;
const SLOW_READS = 50;

/**
 * Whether small files are read at once or through the thread pool. Reading at once costs a fifth of the processor time,
 * but nothing else happens meanwhile. So two slow reads in a row (one may only have had to wait for the processor) send
 * the next 50 to the pool; then one is tried at once again.
 */
export class ReadPace {
  readonly #now: () => number;
  #slow = 0;
  #pooled = 0;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Decides for one read. */
  takesAtOnce(): boolean {
    if (this.#pooled === 0) return true;
    this.#pooled -= 1;
    return false;
  }

  /** Runs and times a read that is done at once. */
  atOnce<T>(read: () => T): T {
    const start = this.#now();
    try {
      return read();
    } finally {
      this.#slow = this.#now() - start > SLOW_MS ? this.#slow + 1 : 0;
      if (this.#slow > 1) this.#pooled = SLOW_READS;
    }
  }
}
