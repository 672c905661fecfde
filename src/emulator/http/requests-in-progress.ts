import { setTimeout as sleep } from 'node:timers/promises';

/** Knows the requests in progress, so that closing can wait for them, and end them. */
export class RequestsInProgress {
  readonly #requests = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #nextId = 0;
  #commits = 0;

  nextId(): number {
    return ++this.#nextId;
  }

  nextCommit(): number {
    return ++this.#commits;
  }

  async track<T>(request: Promise<T>): Promise<T> {
    this.#requests.add(request);
    try {
      return await request;
    } finally {
      this.#requests.delete(request);
    }
  }

  /** Rejects when the emulator closes first. */
  async sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal });
  }

  /** Waits for work that others may delay for ever. Rejects when the emulator closes first. */
  async unlessClosing(work: Promise<void> | void): Promise<void> {
    if (work === undefined) return;
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      await Promise.race([work, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Waits until nothing is in progress, at most `graceMs`; after that nothing sleeps or waits any more. */
  async finish(graceMs: number): Promise<void> {
    const graceOver = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: graceOver.signal }).catch(() => undefined);
    await Promise.race([this.settled(), grace]);
    graceOver.abort();
    this.#closing.abort(new Error('the emulator is closing'));
  }

  async settled(): Promise<void> {
    while (this.#requests.size > 0) await Promise.allSettled(this.#requests);
  }
}
