export interface TaskPoolOptions {
  /** The most tasks that are under way at the same time, asked now and then; most of them wait for a request's turn. */
  readonly limit: () => number;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
}

/** The tasks that are under way, with back-pressure, and the error that ended the run. */
export class TaskPool {
  readonly #options: TaskPoolOptions;
  readonly #active = new Set<Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #fatal: { readonly error: unknown } | undefined;

  constructor(options: TaskPoolOptions) {
    this.#options = options;
  }

  /** Nothing more is begun: the run was asked to stop, or cannot go on. */
  get stopped(): boolean {
    return this.#fatal !== undefined || this.#options.draining.aborted || this.#options.signal.aborted;
  }

  /** The run was asked to stop before an action's first request was sent: nothing failed, and nothing is in doubt. */
  notBegun(error: unknown): boolean {
    const { draining, signal } = this.#options;
    // both signals may be one: a request that was broken off then rejects with the same reason, and is in doubt
    return draining.aborted && !signal.aborted && error === draining.reason;
  }

  /** Starts a task; the promise, where there is one, says when there is room for more. */
  start(work: Promise<unknown>): void | Promise<void> {
    this.add(work);
    return this.room();
  }

  /** Starts a task among others that nobody waits for one by one. */
  add(work: Promise<unknown>): void {
    const settled = (): void => {
      this.#active.delete(tracked);
      // waiting callers are woken only when there is room: waking them in vain, at every task, costs more than the tasks
      if (this.#active.size < this.#options.limit()) this.#resume();
    };
    const tracked: Promise<void> = work.then(settled, (error: unknown) => {
      this.end(error);
      settled();
    });
    this.#active.add(tracked);
  }

  /** Says when there is room for so many more; undefined: now. */
  room(more = 1): void | Promise<void> {
    return this.#hasRoom(more) ? undefined : this.#room(more);
  }

  #hasRoom(more: number): boolean {
    return this.#active.size + more <= this.#options.limit();
  }

  async #room(more: number): Promise<void> {
    while (!this.#hasRoom(more) && !this.stopped) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled(this.#active);
  }

  /** Ends the run. The first reason counts. */
  end(error: unknown): void {
    this.#fatal ??= { error };
    this.#resume();
  }

  /** Whether the run was ended by this very trouble, which other tasks meet too. */
  wasEndedBy(error: unknown): boolean {
    const ended = this.#fatal?.error;
    if (!(ended instanceof Error) || !(error instanceof Error)) return false;
    return error === ended || (error.cause !== undefined && error.cause === ended.cause);
  }

  #resume(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Rejects with what ended the run, if something did. */
  throwIfEnded(): void {
    if (this.#fatal !== undefined) throw this.#fatal.error;
  }
}
