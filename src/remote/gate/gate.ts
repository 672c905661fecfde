import type { SyncError } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { GateUse } from './gate-use.ts';
import type { GateUseOptions, SharedGate } from './gate-use.ts';
import { Outage } from './outage.ts';
import { Pacer } from './pacer.ts';
import { Slots } from './slots.ts';

/**
 * All requests to an origin for one account pass this gate, for as long as the process lives. All jobs that use the
 * gate share its slots, its pace, and what 429s and outages have taught; each job has limits, retries and an end of its
 * own (GateUse).
 *
 * The number of slots is the highest concurrency that a present user asked for, not the sum of all: ten jobs on one
 * account must not be ten times as heavy a load. The users take turns for the slots.
 */
export class Gate implements SharedGate {
  readonly clock: Clock;
  readonly slots = new Slots(1);
  readonly pacer: Pacer;
  readonly outage: Outage;
  readonly #uses = new Set<GateUse>();
  /** Requests at the same time, at most, as 429s have taught; undefined before the first. */
  #taught: number | undefined;
  /** Successes since the number of slots last changed. */
  #recovering = 0;
  /** The latest 429. */
  #refusal: SyncError | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
    this.pacer = new Pacer(clock);
    this.outage = new Outage(clock);
  }

  /** One job's way through the gate. To be closed when the job has ended. */
  use(options: GateUseOptions): GateUse {
    if (this.#uses.size === 0) this.pacer.resume();
    const use = new GateUse(this, options);
    this.#uses.add(use);
    this.#fit();
    const { pausedFor } = this.pacer;
    if (pausedFor > 0 && this.#refusal !== undefined) use.wasAskedToWait(this.#refusal, pausedFor);
    return use;
  }

  closed(use: GateUse): void {
    this.#uses.delete(use);
    if (this.#uses.size > 0) this.#fit();
  }

  succeeded(): void {
    this.outage.succeeded();
    this.pacer.succeeded();
    for (const use of this.#uses) use.somethingWorked();
    const { limit } = this.slots;
    if (limit >= this.#most || ++this.#recovering < limit) return;
    this.#recovering = 0;
    this.#taught = limit + 1;
    this.#fit();
  }

  /** A 429 for a request that started at `startedAt`: it holds back every user. */
  throttled(refusal: SyncError, startedAt: number): void {
    const slowdown = this.pacer.throttled(startedAt, refusal.retryAfterMs);
    this.#refusal = refusal;
    if (slowdown !== undefined) {
      this.#taught = Math.max(1, Math.floor(this.slots.limit / 2));
      this.#recovering = 0;
      this.#fit();
      for (const use of this.#uses) use.wasSlowedDown(slowdown);
    }
    const uses = [...this.#uses];
    for (const use of uses) use.wasAskedToWait(refusal, this.pacer.pausedFor);
    if (uses.every((use) => use.hasGivenUp))
      this.pacer.shortenPause(Math.max(...uses.map((use) => use.maxWaitMs)));
  }

  /** The highest concurrency that a present user asked for. */
  get #most(): number {
    let most = 1;
    for (const use of this.#uses) most = Math.max(most, use.mostLanes);
    return most;
  }

  #fit(): void {
    const limit = Math.min(this.#most, this.#taught ?? Infinity);
    if (this.slots.limit !== limit) this.slots.limit = limit;
  }
}
