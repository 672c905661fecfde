import { errorDataBeside, isSyncError } from '../../model/errors.ts';
import type { SyncError } from '../../model/errors.ts';
import { fullJitter } from '../../model/growing-delay.ts';
import type { BudgetNotice, MeasuredPace, Pace } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import { Attempts, isThrottled, NotMade, nothingWorks } from './attempts.ts';
import type { Attempt, GateRequest } from './attempts.ts';
import type { Sent } from './congestion/sent.ts';
import { SMALL_BYTES } from './congestion/usual-latency.ts';
import type { GateUseOptions } from './gate-use-options.ts';
import { mostLanesOf } from './lanes.ts';
import type { Lanes } from './lanes.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Outage } from './outage.ts';
import type { RateLimiter, Throttling } from './rate-limiter.ts';
import { Patience } from './patience.ts';
import type { Slots } from './slots.ts';
import type { TurnLine } from './turn-line.ts';
import { Turns } from './turns.ts';

/** What a gate's users have in common. */
export interface SharedGate {
  readonly clock: Clock;
  readonly slots: Slots;
  readonly pacer: RateLimiter;
  readonly line: TurnLine;
  readonly outage: Outage;
  readonly memory: MemoryBudget;
  started(request: GateRequest, evidence: boolean): Sent;
  succeeded(sent: Sent): void;
  /** A failure that says nothing of the rate. */
  failed(sent: Sent): void;
  throttled(refusal: SyncError, sent: Sent): void;
  closed(use: GateUse): void;
  readonly pace: Pace;
  readonly measured: MeasuredPace | undefined;
}

/**
 * One job's way through a gate that other jobs use too: its limits, its retries, its counters and its end. Retries are
 * exponential with full jitter; each attempt is a fresh call of the function.
 */
export class GateUse implements Disposable, Lanes {
  readonly #shared: SharedGate;
  readonly #options: GateUseOptions;
  readonly #turns: Turns;
  readonly #patience: Patience;
  readonly #givingUp = new AbortController();
  /** Failures since this job's last success. */
  #failuresInARow = 0;
  #underWay = 0;
  /** The most requests of this job that were under way at once since its last success. */
  #mostUnderWay = 0;
  /** Requests sent so far, every attempt counted. */
  requests = 0;
  retries = 0;
  readonly mostLanes: number;

  constructor(shared: SharedGate, options: GateUseOptions) {
    const { name, concurrency, maxRequestsPerSecond, draining, signal } = options;
    this.#shared = shared;
    this.#options = options;
    this.mostLanes = mostLanesOf(concurrency, options.mostLanes);
    this.#turns = new Turns({
      name,
      clock: shared.clock,
      slots: shared.slots,
      pacer: shared.pacer,
      line: shared.line,
      outage: shared.outage,
      memory: shared.memory,
      mostLanes: this.mostLanes,
      maxRequestsPerSecond,
      draining,
      signal,
      givenUp: this.#givingUp.signal,
    });
    this.#patience = new Patience(shared.clock, options);
  }

  get isAuto(): boolean {
    return this.#options.concurrency === 'auto';
  }

  get lanes(): number {
    return Math.max(1, Math.min(this.mostLanes, this.#shared.slots.limit));
  }

  /**
   * Whether somebody waits for the idle requests of this job: they then count as normal ones, those that wait already
   * as well as later ones. Otherwise another job that always has something to send would hold them back for ever.
   */
  set idleWaits(waits: boolean) {
    this.#turns.idleWaits = waits;
  }

  get maxWaitMs(): number {
    return this.#options.maxWaitMs;
  }

  /** How fast requests go, of all jobs at the gate, and why not faster. */
  get pace(): Pace {
    return this.#shared.pace;
  }

  /** What is worth remembering for the next run; undefined where too little was asked for. */
  get measured(): MeasuredPace | undefined {
    return this.#shared.measured;
  }

  get hasGivenUp(): boolean {
    return this.#givingUp.signal.aborted;
  }

  [Symbol.dispose](): void {
    this.#turns[Symbol.dispose]();
    this.#shared.closed(this);
  }

  /** Resolves when there is room for another request: producers wait here, so that little is ever queued. */
  room(): Promise<void> | undefined {
    return this.#turns.room();
  }

  /**
   * Makes a request until it succeeds, its attempts are used up, or it fails for good. The error of a change is in doubt
   * as soon as one attempt may have been carried out.
   */
  async request<T>(request: GateRequest, call: Attempt<T>): Promise<T> {
    const attempts = new Attempts(request);
    for (;;) {
      try {
        return await this.#attempt(attempts, call);
      } catch (error) {
        await this.#beforeNext(attempts, error);
      }
    }
  }

  /**
   * Makes another request within the turn of one that is under way. The other request needs no slot, but keeps the pace;
   * it is not retried. When it fails, the attempt that it belongs to has failed.
   */
  async within<T>(call: () => Promise<T>): Promise<T> {
    await this.#turns.within();
    this.requests++;
    return call();
  }

  /** Another request, of whichever job, was answered: waits that were asked for until now are over. */
  somethingWorked(): void {
    this.#patience.succeeded();
  }

  /** The other side asks for a wait of `ms` from now on. Gives the job up when that is too much. */
  wasAskedToWait(refusal: SyncError, ms: number): void {
    const tooLong = this.#patience.ask(refusal, ms);
    if (tooLong !== undefined) this.#givingUp.abort(tooLong);
  }

  wasSlowedDown({ requestsPerSecond, pauseMs }: Throttling): void {
    const most = Math.min(requestsPerSecond, this.#options.maxRequestsPerSecond ?? Infinity);
    this.#options.onEvent({ type: 'throttled', requestsPerSecond: most, pauseMs });
  }

  /** The budget that is shared with other processes cannot be reached any more, or can be again. */
  heardOfBudget(notice: BudgetNotice): void {
    this.#options.onEvent({ type: 'budget', ...notice });
  }

  goesAt(pace: Pace): void {
    this.#options.onEvent({ type: 'pace', ...pace });
  }

  #attempt<T>(attempts: Attempts, call: Attempt<T>): Promise<T> {
    return this.#turns.run(attempts, async () => {
      const sent = this.#shared.started(attempts.request, this.#isEvidence(attempts.request));
      this.requests++;
      this.#mostUnderWay = Math.max(this.#mostUnderWay, ++this.#underWay);
      let result: T;
      try {
        result = await call(attempts.number, attempts.inDoubt);
      } catch (error) {
        this.#heard(sent, error, attempts);
        throw error;
      } finally {
        this.#underWay--;
      }
      this.#failuresInARow = 0;
      this.#mostUnderWay = this.#underWay;
      this.#shared.succeeded(sent);
      return result;
    });
  }

  /** What we hold back ourselves takes as long as we like. */
  #isEvidence({ bytes = 0 }: GateRequest): boolean {
    const isLimited = this.#options.limitsBandwidth === true || this.#shared.pacer.bandwidth !== undefined;
    return !isLimited || bytes <= SMALL_BYTES;
  }

  /** Of every attempt that failed the gate is told at once, whatever becomes of the request. */
  #heard(sent: Sent, error: unknown, { request }: Attempts): void {
    if (isThrottled(error, request)) this.#shared.throttled(error, sent);
    else this.#shared.failed(sent);
  }

  /** After an attempt that failed: resolves when the next one is due; rejects with the request's error otherwise. */
  async #beforeNext(attempts: Attempts, error: unknown): Promise<void> {
    const { signal, draining } = this.#options;
    signal.throwIfAborted();
    if (error instanceof NotMade) throw attempts.verdictOf(error.reason);
    if (!isSyncError(error) || error.verdict !== 'retry') throw attempts.verdictOf(error);
    const throttled: boolean = isThrottled(error, attempts.request);
    const used = attempts.failed(error, { counts: !throttled });
    const end = throttled ? this.#end : this.#failed(error);
    if (end !== undefined || draining.aborted || used >= this.#options.attempts)
      throw attempts.verdictOf(end ?? error);
    // after a 429 the pacer makes everybody wait
    const waitMs = throttled
      ? 0
      : Math.max(error.retryAfterMs ?? 0, fullJitter(attempts.nextWait(), this.#shared.clock.random()));
    await this.#pause(attempts, error, waitMs);
    attempts.number++;
  }

  /** Tells of the next attempt, and waits for it; rejects when it is not to be made after all. */
  async #pause(attempts: Attempts, error: SyncError, waitMs: number): Promise<void> {
    const { signal, draining, onEvent } = this.#options;
    const { operation, path, to } = attempts.request;
    this.retries++;
    onEvent({
      type: 'retry',
      operation,
      path,
      to,
      attempt: attempts.number,
      waitMs: Math.round(waitMs),
      error: errorDataBeside(path, error),
    });
    if (waitMs > 0) await this.#shared.clock.sleep(waitMs, this.#turns.stopping).catch(() => undefined);
    signal.throwIfAborted();
    // an urgent request is tried once more even so, but not where the other side asked for a wait
    if (this.hasGivenUp && error.retryAfterMs !== undefined)
      throw attempts.verdictOf(this.#givingUp.signal.reason);
    if (draining.aborted) throw attempts.verdictOf(error);
  }

  /** What ended the job, if something did. */
  get #end(): unknown {
    return this.hasGivenUp ? this.#givingUp.signal.reason : undefined;
  }

  /**
   * Returns what ends the job, where this failure ends it. A job has a budget of failures too: when nothing has worked for
   * long, there is no use in trying the other million files. All that was under way fails at once when a connection goes, and
   * again after each wait: the budget counts it by the most there was, however few are allowed by then.
   */
  #failed(error: SyncError): SyncError | undefined {
    const { attempts } = this.#options;
    this.#shared.outage.failed();
    const failures = ++this.#failuresInARow;
    const end =
      failures < attempts * Math.max(8, this.lanes, this.#mostUnderWay)
        ? error.retryAfterMs === undefined
          ? undefined
          : this.#patience.ask(error, error.retryAfterMs)
        : nothingWorks(error, failures);
    if (end !== undefined) this.#givingUp.abort(end);
    return end;
  }
}
