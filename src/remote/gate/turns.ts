import type { Clock } from '../../model/ports.ts';
import { NotMade, stoppedMidway } from './attempts.ts';
import type { Attempts, Priority } from './attempts.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { Outage } from './outage.ts';
import { OwnPace } from './pacer.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { Slots } from './slots.ts';
import type { SlotQueue } from './slots.ts';
import type { TurnLine } from './turn-line.ts';

export interface TurnsOptions {
  /** What sentences call the other side. */
  readonly name: string;
  readonly clock: Clock;
  /** Shared by all jobs at the gate. */
  readonly slots: Slots;
  readonly pacer: RateLimiter;
  readonly line: TurnLine;
  readonly outage: Outage;
  readonly memory: MemoryBudget;
  /** Requests of this job at the same time, at most. */
  readonly mostLanes: number;
  readonly maxRequestsPerSecond: number | undefined;
  readonly draining: AbortSignal;
  readonly signal: AbortSignal;
  /** Aborted, with the error, when the job is given up. */
  readonly givenUp: AbortSignal;
}

/** Decides when the requests of one job may be sent: by slots, pace, pauses, outages, and the ways in which a job ends. */
export class Turns implements Disposable {
  readonly #options: TurnsOptions;
  readonly #queue: SlotQueue;
  /** For a job that limits its own pace: one of its requests at a time waits for that pace, outside of the shared slots. */
  readonly #turnstile: SlotQueue | undefined;
  readonly ownPace: OwnPace | undefined;
  /** Aborted by the first request to stop as well as by the second. */
  readonly #leaving: AbortSignal;
  /** The same, and when the job is given up. */
  readonly stopping: AbortSignal;

  constructor(options: TurnsOptions) {
    const { clock, slots, mostLanes, maxRequestsPerSecond, draining, signal, givenUp } = options;
    this.#options = options;
    this.#queue = slots.queue(mostLanes);
    if (maxRequestsPerSecond !== undefined) {
      this.ownPace = new OwnPace(clock, maxRequestsPerSecond);
      this.#turnstile = new Slots(1).queue(1);
    }
    this.#leaving = AbortSignal.any([draining, signal]);
    this.stopping = AbortSignal.any([this.#leaving, givenUp]);
  }

  [Symbol.dispose](): void {
    this.#options.slots.remove(this.#queue);
  }

  /** See GateUse. */
  set idleWaits(waits: boolean) {
    for (const queue of [this.#queue, this.#turnstile]) if (queue !== undefined) queue.idleWaits = waits;
  }

  /** Resolves when there is room for another request. */
  room(): Promise<void> | undefined {
    const { mostLanes, slots } = this.#options;
    const first = this.#turnstile ?? this.#queue;
    const lanes = Math.min(mostLanes, slots.limit);
    return first.queued < lanes ? undefined : first.room(lanes);
  }

  /** Makes one attempt in its turn; rejects with NotMade when the request is not to be sent any more. */
  run<T>(attempts: Attempts, make: () => Promise<T>): Promise<T> {
    const bytes = MemoryBudget.weightOf(attempts.request.bytes ?? 0);
    return bytes === 0 ? this.#inTurn(attempts, make) : this.#withMemory(bytes, attempts, make);
  }

  /** Waits for memory before it takes a slot: small requests use the slots meanwhile. */
  async #withMemory<T>(bytes: number, attempts: Attempts, make: () => Promise<T>): Promise<T> {
    const { memory } = this.#options;
    await memory.take(bytes, this);
    try {
      return await this.#inTurn(attempts, make);
    } finally {
      memory.give(bytes);
    }
  }

  #inTurn<T>(attempts: Attempts, make: () => Promise<T>): Promise<T> {
    const start = (priority: Priority, onStart?: () => void): Promise<T> =>
      this.#queue.run(async () => {
        const waiting = this.#wait(attempts);
        if (waiting !== undefined) await waiting;
        onStart?.();
        return make();
      }, priority);
    const { priority } = attempts;
    return this.#turnstile === undefined ? start(priority) : this.#inOwnPace(attempts, start);
  }

  /** Resolves when a request may be sent within the turn of another. */
  async within(): Promise<void> {
    const { clock, signal, line } = this.#options;
    for (let wait = this.ownPace?.wait; wait !== undefined; wait = this.ownPace?.wait)
      await clock.sleep(wait, signal);
    if (!line.takeNow())
      await line.wait({ owner: this, urgent: true, signal, isLeaving: () => signal.aborted });
    this.ownPace?.took(clock.elapsed());
    signal.throwIfAborted();
  }

  /** Waits for the job's own pace first, before a slot is taken; the next request waits until this one has started. */
  async #inOwnPace<T>(
    attempts: Attempts,
    start: (priority: Priority, onStart: () => void) => Promise<T>,
  ): Promise<T> {
    const pace = this.ownPace!;
    // whoever has passed the turnstile holds back all of the job
    const priority = attempts.isUrgent ? 'urgent' : 'normal';
    const begin = async (): Promise<{ readonly made: Promise<T> }> => {
      for (let wait = pace.wait; wait !== undefined; wait = pace.wait) await this.#sleep(wait, attempts);
      let made!: Promise<T>;
      await new Promise<void>((resolve) => {
        made = start(priority, resolve);
        made.then(
          () => resolve(),
          () => resolve(),
        );
      });
      return { made };
    };
    const { made } = await this.#turnstile!.run(begin, attempts.priority);
    return made;
  }

  /**
   * Undefined when the request may be sent at once, else what resolves when it may. Throws, or rejects with, NotMade when
   * the request is not to be sent any more.
   */
  #wait(attempts: Attempts): Promise<void> | undefined {
    const { clock, line, outage, signal } = this.#options;
    signal.throwIfAborted();
    const isNow = this.ownPace?.wait === undefined && line.takeNow();
    if (!isNow || outage.wait() !== undefined) return this.#waitFirst(attempts, { hasTurn: isNow });
    this.ownPace?.took(clock.elapsed());
    this.#refuse(attempts);
    return undefined;
  }

  async #waitFirst(attempts: Attempts, { hasTurn }: { readonly hasTurn: boolean }): Promise<void> {
    const { clock, outage } = this.#options;
    if (!hasTurn) await this.#waitForTurn(attempts);
    this.ownPace?.took(clock.elapsed());
    if (outage.wait() !== undefined) await this.#sitOutage();
    this.#refuse(attempts);
  }

  /** Throws NotMade where a stop, or giving up, came before the request. */
  #refuse(attempts: Attempts): void {
    const { draining, givenUp } = this.#options;
    const failedBefore = attempts.last !== undefined;
    if ((draining.aborted && failedBefore) || (givenUp.aborted && !attempts.mustBeTried))
      throw this.#notMade(attempts);
    if (draining.aborted && attempts.nothingBegun) throw new NotMade(draining.reason);
  }

  async #waitForTurn(attempts: Attempts): Promise<void> {
    const { line, signal } = this.#options;
    for (let wait = this.ownPace?.wait; wait !== undefined; wait = this.ownPace?.wait)
      await this.#sleep(wait, attempts);
    const isLeaving = (): boolean => this.#endsWait(attempts).aborted;
    const hasTurn = await line.wait({
      owner: this,
      urgent: attempts.isUrgent,
      signal: this.stopping,
      isLeaving,
    });
    signal.throwIfAborted();
    if (!hasTurn) throw this.#notMade(attempts);
  }

  /** Waits; rejects with NotMade when the job is to end first. */
  async #sleep(ms: number, attempts: Attempts): Promise<void> {
    const { clock, signal } = this.#options;
    const slept = await clock.sleep(ms, this.#endsWait(attempts)).then(
      () => true,
      () => false,
    );
    signal.throwIfAborted();
    if (!slept) throw this.#notMade(attempts);
  }

  /**
   * What ends the wait for a turn. A stop ends every pause. An action that is under way still waits for its turn where
   * only a pace puts the turn off.
   */
  #endsWait(attempts: Attempts): AbortSignal {
    const { pacer, signal } = this.#options;
    const endsAtOnce = attempts.nothingBegun || pacer.pausedFor > 0;
    return endsAtOnce ? this.stopping : attempts.last === undefined ? signal : this.#leaving;
  }

  /** Waits until something may work again, or the job is to end. */
  async #sitOutage(): Promise<void> {
    const { clock, outage, signal } = this.#options;
    for (let wait = outage.wait(); wait !== undefined; wait = outage.wait()) {
      await clock.sleep(wait, this.stopping).catch(() => undefined);
      signal.throwIfAborted();
      if (this.stopping.aborted) return;
    }
  }

  #notMade(attempts: Attempts): NotMade {
    const { name, draining, givenUp } = this.#options;
    if (givenUp.aborted) return new NotMade(givenUp.reason);
    if (attempts.last !== undefined) return new NotMade(attempts.last);
    // the reason itself says that nothing of the action was begun
    return new NotMade(attempts.nothingBegun ? draining.reason : stoppedMidway(name, draining.reason));
  }
}
