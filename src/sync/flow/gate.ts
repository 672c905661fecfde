import { isSyncError, SyncError } from '../../model/errors.ts';
import type { EventListener } from '../../model/events.ts';
import type { Clock } from '../../model/ports.ts';
import { Lanes } from './lanes.ts';
import { Outage } from './outage.ts';
import { Pacer } from './pacer.ts';

export interface GateOptions {
  readonly concurrency: number;
  /** Attempts for one request before it counts as failed; a 429 does not count. */
  readonly attempts: number;
  readonly maxRequestsPerSecond: number | undefined;
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
  readonly #lanes: Lanes;
  readonly #pacer: Pacer;
  readonly #outage: Outage;
  readonly #options: GateOptions;
  /** Aborted by the first request to stop as well as by the second, and when the run is given up. */
  readonly #stopping: AbortSignal;
  readonly #givingUp = new AbortController();
  #recovering = 0;
  requests = 0;
  retries = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#stopping = AbortSignal.any([options.draining, options.signal, this.#givingUp.signal]);
    this.#lanes = new Lanes(options.concurrency);
    this.#pacer = new Pacer(options.clock, options.maxRequestsPerSecond);
    this.#outage = new Outage(options.clock);
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
    let waitMs = FIRST_WAIT_MS;
    let last: unknown;
    let left = false;
    for (let attempt = 1, counted = 1; ; attempt++) {
      let startedAt = 0;
      try {
        return await this.#lanes.run(async () => {
          signal.throwIfAborted();
          const first = begins && attempt === 1;
          const wait = this.#pacer.take();
          if (wait !== undefined) await this.#wait(wait, first ? this.#stopping : signal);
          if (this.#outage.wait() !== undefined) {
            await this.#sitOut();
            left = draining.aborted && last !== undefined;
            if (left) throw last;
          }
          left = this.#givingUp.signal.aborted && !urgent;
          if (left) throw this.#givingUp.signal.reason;
          if (first) draining.throwIfAborted();
          startedAt = clock.elapsed();
          this.requests++;
          const result = await call(attempt);
          this.#succeeded();
          return result;
        }, urgent);
      } catch (error) {
        signal.throwIfAborted();
        if (left || !isSyncError(error) || error.verdict !== 'retry') throw error;
        last = error;
        const throttled = error.code === 'stage_throttled';
        if (throttled) this.#throttled(startedAt, error.retryAfterMs);
        else this.#failed(error);
        if (draining.aborted || (!throttled && counted >= this.#options.attempts)) throw error;
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
        if (draining.aborted) throw error;
        if (!throttled) waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
      }
    }
  }

  /** A pause that begins while a request waits for its turn holds for that request too: it takes another turn. */
  async #wait(ms: number, until: AbortSignal): Promise<void> {
    for (let wait: number | undefined = ms; wait !== undefined;) {
      const { pauses } = this.#pacer;
      await this.#options.clock.sleep(wait, until);
      wait = this.#pacer.pauses === pauses ? undefined : this.#pacer.take();
    }
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
        details: error.details,
        inDoubt: error.inDoubt,
        cause: error,
      },
    );
    this.#givingUp.abort(end);
    throw end;
  }
}
