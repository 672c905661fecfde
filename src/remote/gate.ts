import { isSyncError, SyncError } from '../model/errors.ts';
import type { EventListener } from '../model/events.ts';
import type { Clock } from '../model/ports.ts';
import { Slots } from './slots.ts';
import { Outage } from './outage.ts';
import { Pacer } from './pacer.ts';
import { Patience } from './patience.ts';

export interface GateOptions {
  readonly concurrency: number;
  /** Attempts for one request before it counts as failed; a 429 does not count. */
  readonly attempts: number;
  readonly maxRequestsPerSecond: number | undefined;
  /** The longest that is waited in one go because the other side asks for it, in milliseconds: beyond, all ends. */
  readonly maxWaitMs: number;
  /** The flag that sets it, for messages. */
  readonly maxWaitFlag?: string | undefined;
  readonly clock: Clock;
  /** Aborted: no further attempt is begun for what failed. */
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  readonly onEvent: EventListener;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 20_000;

/**
 * The one door to Stage. Every request passes it, so that concurrency, pace, retries and their budget hold for the
 * whole process. Retries are exponential with full jitter; each attempt is a fresh call of the function.
 */
export class Gate {
  readonly #lanes: Slots;
  readonly #pacer: Pacer;
  readonly #outage: Outage;
  readonly #patience: Patience;
  readonly #options: GateOptions;
  /** Aborted by the first request to stop as well as by the second. */
  readonly #leaving: AbortSignal;
  /** The same, and when the run is given up. */
  readonly #stopping: AbortSignal;
  readonly #givingUp = new AbortController();
  #recovering = 0;
  requests = 0;
  retries = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#leaving = AbortSignal.any([options.draining, options.signal]);
    this.#stopping = AbortSignal.any([this.#leaving, this.#givingUp.signal]);
    this.#lanes = new Slots(options.concurrency);
    this.#pacer = new Pacer(options.clock, options.maxRequestsPerSecond);
    this.#outage = new Outage(options.clock);
    this.#patience = new Patience(options.clock, options.maxWaitMs, options.maxWaitFlag);
  }

  /** Resolves when there is room for another request: producers wait here, so that little is ever queued. */
  room(): Promise<void> | undefined {
    const { concurrency } = this.#options;
    return this.#lanes.waiting < concurrency ? undefined : this.#lanes.room(concurrency);
  }

  /**
   * Makes a request until it succeeds, its attempts are used up, or it fails for good. `what` is for people: "put a/b".
   * `attempt` counts from 1: above 1, an earlier one may have been carried out unseen. `begins` marks the first request
   * of an action: once the run drains it is not sent any more, and rejects with the reason. `urgent`: until it is made
   * a name is empty or a file waits for its name.
   */
  async request<T>(
    what: string,
    call: (attempt: number) => Promise<T>,
    begins = false,
    urgent = false,
  ): Promise<T> {
    const { signal, draining, clock } = this.#options;
    const givingUp = this.#givingUp.signal;
    let waitMs = FIRST_WAIT_MS;
    let last: SyncError | undefined;
    let inDoubt = false;
    let left = false;
    for (let attempt = 1, counted = 1; ; attempt++) {
      let startedAt = 0;
      try {
        return await this.#lanes.run(async () => {
          signal.throwIfAborted();
          const first = begins && attempt === 1;
          const wait = this.#pacer.take();
          left = wait !== undefined && !(await this.#wait(wait, first, last !== undefined));
          if (!left && this.#outage.wait() !== undefined) await this.#sitOut();
          left ||= (draining.aborted && last !== undefined) || (givingUp.aborted && !urgent);
          if (left) throw this.#whyLeft(first, last);
          if (first) draining.throwIfAborted();
          startedAt = clock.elapsed();
          this.requests++;
          const result = await call(attempt);
          this.#succeeded();
          return result;
        }, urgent);
      } catch (error) {
        signal.throwIfAborted();
        if (left) throw inDoubt ? doubtful(error) : error;
        if (!isSyncError(error) || error.verdict !== 'retry') throw error;
        last = error;
        inDoubt ||= error.inDoubt;
        const throttled = error.code === 'stage_throttled';
        if (throttled) this.#throttled(startedAt, error.retryAfterMs);
        else this.#failed(error);
        const askedMs = throttled ? this.#pacer.pausedFor : error.retryAfterMs;
        const tooLong = askedMs === undefined ? undefined : this.#patience.ask(error, askedMs);
        if (tooLong !== undefined) this.#givingUp.abort(tooLong);
        const spent = draining.aborted || (!throttled && counted >= this.#options.attempts);
        if (tooLong !== undefined || spent) throw inDoubt ? doubtful(tooLong ?? error) : (tooLong ?? error);
        if (!throttled) counted++;
        const wait = throttled ? 0 : Math.max(error.retryAfterMs ?? 0, clock.random() * waitMs);
        this.retries++;
        this.#options.onEvent({
          type: 'retry',
          what,
          attempt,
          waitMs: Math.round(wait),
          code: error.code,
          message: error.message,
        });
        if (wait > 0) await clock.sleep(wait, this.#stopping).catch(() => undefined);
        signal.throwIfAborted();
        // what is urgent is tried once more all the same, but not before it may
        const tooSoon = givingUp.aborted && error.retryAfterMs !== undefined;
        if (tooSoon) throw inDoubt ? doubtful(givingUp.reason) : givingUp.reason;
        if (draining.aborted) throw inDoubt ? doubtful(error) : error;
        if (!throttled) waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
      }
    }
  }

  /**
   * Makes another request within the turn of one that is under way, once: it needs no lane, but keeps the pace. Its
   * failure is one of the attempt that it belongs to.
   */
  async within<T>(call: () => Promise<T>): Promise<T> {
    const { clock, signal } = this.#options;
    const wait = this.#pacer.take();
    if (wait !== undefined) await clock.sleep(wait, signal);
    signal.throwIfAborted();
    this.requests++;
    return call();
  }

  /**
   * Waits for a turn; resolves with false when the run is to end first. A pause that begins meanwhile holds for this
   * request too: it takes another turn. A stop ends every pause, but what is under way waits for a turn that only our
   * own pace puts off.
   */
  async #wait(ms: number, first: boolean, failed: boolean): Promise<boolean> {
    const { clock, signal } = this.#options;
    for (let wait: number | undefined = ms; wait !== undefined;) {
      const { pauses, pausedFor } = this.#pacer;
      const until = first || pausedFor > 0 ? this.#stopping : failed ? this.#leaving : signal;
      const had = await clock.sleep(wait, until).then(
        () => true,
        () => false,
      );
      signal.throwIfAborted();
      if (!had) return false;
      wait = this.#pacer.pauses === pauses ? undefined : this.#pacer.take();
    }
    return true;
  }

  /** What a request rejects with that is not made, or not made again. */
  #whyLeft(first: boolean, last: SyncError | undefined): unknown {
    const { draining } = this.#options;
    if (this.#givingUp.signal.aborted) return this.#givingUp.signal.reason;
    if (last !== undefined) return last;
    // the reason itself says that nothing of the action was begun
    return first ? draining.reason : stoppedMidway(draining.reason);
  }

  /** Waits until something may work again, or the run is to end. */
  async #sitOut(): Promise<void> {
    const { clock, signal } = this.#options;
    for (let wait = this.#outage.wait(); wait !== undefined; wait = this.#outage.wait()) {
      await clock.sleep(wait, this.#stopping).catch(() => undefined);
      signal.throwIfAborted();
      if (this.#stopping.aborted) return;
    }
  }

  #succeeded(): void {
    this.#outage.succeeded();
    this.#patience.succeeded();
    this.#pacer.succeeded();
    const { concurrency } = this.#options;
    if (this.#lanes.limit < concurrency && ++this.#recovering >= this.#lanes.limit) {
      this.#recovering = 0;
      this.#lanes.limit++;
    }
  }

  #throttled(startedAt: number, retryAfterMs: number | undefined): void {
    const slowdown = this.#pacer.throttled(startedAt, retryAfterMs);
    if (slowdown === undefined) return;
    this.#lanes.limit = Math.max(1, Math.floor(this.#lanes.limit / 2));
    this.#recovering = 0;
    this.#options.onEvent({ type: 'throttled', ...slowdown });
  }

  /** The run's own budget: when nothing has worked for long, trying the other million files is no use. */
  #failed(error: SyncError): void {
    this.#outage.failed();
    const { failures } = this.#outage;
    if (failures < this.#options.attempts * Math.max(8, this.#options.concurrency)) return;
    const end = new SyncError(
      error.code,
      `${error.message} (${failures} requests in a row failed; gave up)`,
      {
        verdict: 'end_run',
        fact: error.fact,
        operation: error.operation,
        path: error.path,
        details: error.details,
        inDoubt: error.inDoubt,
        cause: error,
      },
    );
    this.#givingUp.abort(end);
    throw end;
  }
}

/** An earlier attempt may have been carried out, whatever became of the last. */
const doubtful = (error: unknown): unknown =>
  !isSyncError(error) || error.inDoubt ? error : error.with({ inDoubt: true });

const stoppedMidway = (cause: unknown): SyncError =>
  new SyncError(
    'interrupted',
    'stopped halfway, while Stage asked for a wait; the next run goes on from there',
    { verdict: 'end_run', cause },
  );
