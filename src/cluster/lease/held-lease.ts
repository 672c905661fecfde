import { messageOf, SyncError } from '../../model/errors.ts';
import type { Lease } from '../../model/cluster/leader-election.ts';
import type { Clock } from '../../model/ports.ts';
import type { Candidate, LeaseStore, Taken } from './lease-store.ts';
import { leftSince, momentOf, type LeaseTimes, type Moment } from './lease-times.ts';

export interface HeldLeaseOptions {
  readonly store: LeaseStore;
  readonly candidate: Candidate;
  readonly times: LeaseTimes;
  readonly clock: Clock;
  /** For messages: what is led. */
  readonly name: string;
  /** Hears whether the store answered a renewal. */
  readonly onAnswer: (error: unknown) => void;
}

/** A lease that renews itself, and knows by its own clocks when it has to be given up. */
export class HeldLease implements Lease {
  readonly epoch: number;
  readonly #options: HeldLeaseOptions;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  /** When the last renewal that succeeded was sent. */
  #renewed: Moment;
  #clockAheadMs: number;
  #trouble: unknown;
  readonly #ended: Promise<unknown>;

  /** `sent`: when the lease was asked for. */
  constructor(options: HeldLeaseOptions, { epoch, nowMs }: Taken, sent: Moment) {
    this.#options = options;
    this.epoch = epoch;
    this.#renewed = sent;
    this.#clockAheadMs = nowMs - options.clock.now();
    this.#ended = Promise.all([this.#renew(), this.#watch()]);
  }

  get election(): string {
    return this.#options.name;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get remainingMs(): number {
    if (this.#lost.signal.aborted) return 0;
    return leftSince(this.#renewed, this.#options.times.ownMs, this.#options.clock);
  }

  get clockAheadMs(): number {
    return this.#clockAheadMs;
  }

  check(): void {
    if (this.remainingMs === 0) this.#lose();
    this.#lost.signal.throwIfAborted();
  }

  /** What the next leader is to know. Resolves with whether it was kept. */
  async record(name: string, value: string): Promise<boolean> {
    return this.#options.store.record(this.#options.candidate, name, value);
  }

  resign(): Promise<void> {
    return this.#giveBack({ hasLed: true });
  }

  /** The same, for one that has not led: the next one has to wait as this one would have. */
  withdraw(): Promise<void> {
    return this.#giveBack({ hasLed: false });
  }

  async #giveBack(how: { readonly hasLed: boolean }): Promise<void> {
    this.#over.abort();
    await this.#ended;
    const { store, candidate } = this.#options;
    // one that was lost is left to run out: what was sent last may still be on its way
    if (!this.#lost.signal.aborted) await store.release(candidate, how).catch(() => undefined);
    this.#lose();
  }

  async #renew(): Promise<void> {
    const { store, candidate, times, clock, onAnswer } = this.#options;
    for (let pauseMs = times.renewMs; await this.#sleep(pauseMs);) {
      const sent = momentOf(clock);
      try {
        const renewed = await store.renew(candidate, times.ttlMs);
        onAnswer(undefined);
        if (renewed === undefined) return this.#lose('it is held by another, or was forgotten');
        // a reply that comes after the own end does not bring the lease back
        if (this.remainingMs === 0) return this.#lose();
        this.#renewed = sent;
        this.#clockAheadMs = renewed.nowMs - clock.now();
        this.#trouble = undefined;
        pauseMs = times.renewMs;
      } catch (error) {
        onAnswer(error);
        this.#trouble = error;
        pauseMs = times.tryAgainMs;
      }
    }
  }

  async #watch(): Promise<void> {
    for (let leftMs = this.remainingMs; leftMs > 0 && (await this.#sleep(leftMs));) leftMs = this.remainingMs;
    if (!this.#over.signal.aborted) this.#lose();
  }

  /** False when the lease is over meanwhile. */
  async #sleep(ms: number): Promise<boolean> {
    await this.#options.clock.sleep(ms, this.#over.signal).catch(() => undefined);
    return !this.#over.signal.aborted;
  }

  #lose(why?: string): void {
    if (this.#lost.signal.aborted) return;
    const { name, store } = this.#options;
    const because = why ?? this.#whyNotRenewed();
    this.#lost.abort(
      new SyncError(
        'lease_lost',
        `this process leads ${name} no more: ${because} (the lease in ${store.label}); what was done is recorded at the destination, and whoever leads next goes on from there`,
        { verdict: 'end_run' },
      ),
    );
    this.#over.abort();
  }

  #whyNotRenewed(): string {
    if (this.#over.signal.aborted) return 'it gave the lease back';
    if (this.#trouble !== undefined)
      return `the lease could not be renewed in time: ${messageOf(this.#trouble)}`;
    return 'it stood still for longer than its lease, or its clock was set';
  }
}
