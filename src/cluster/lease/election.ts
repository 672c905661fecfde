import { randomBytes } from 'node:crypto';
import type { ElectionState, LeaderElection, LeaseHolder } from '../../model/cluster/leader-election.ts';
import { messageOf } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import { HeldLease } from './held-lease.ts';
import type { Candidate, LeaseStore } from './lease-store.ts';
import { isGivenUp, LEASE_MS, leaseTimes, momentOf, type LeaseTimes } from './lease-times.ts';
import { waitToLead, type SeenLease } from './wait-to-lead.ts';

export interface ElectionOptions {
  readonly store: LeaseStore;
  /** What is led, for people. */
  readonly name: string;
  readonly self: LeaseHolder;
  readonly clock: Clock;
  /** How long the lease lasts without being renewed, in milliseconds. */
  readonly ttlMs?: number | undefined;
}

/** A candidate asks at least this often whether the lease is free, in milliseconds: a leader may give it back. */
const ASKED_EVERY_MS = 1000;
/** So much later than the lease runs out it is asked for: the store counts in whole milliseconds. */
const AFTER_END_MS = 5;
/** A leader election by a lease in a store. */
export class LeaseElection implements LeaderElection {
  readonly name: string;
  readonly #options: ElectionOptions;
  readonly #times: LeaseTimes;
  readonly #listeners = new Set<() => void>();
  #state: ElectionState = { brokerUp: true };
  /** The lease of another, as it was told last. */
  #seen: SeenLease | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.name = options.name;
    this.#times = leaseTimes(options.ttlMs ?? LEASE_MS);
  }

  get state(): ElectionState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async campaign(signal: AbortSignal): Promise<HeldLease> {
    const { clock } = this.#options;
    const candidate = this.#newCandidate();
    for (;;) {
      signal.throwIfAborted();
      const { lease, waitMs } = await this.#ask(candidate, signal).catch((error: unknown) => {
        this.#answered(error);
        return { lease: undefined, waitMs: this.#times.tryAgainMs };
      });
      if (lease !== undefined) return lease;
      await clock.sleep(waitMs, signal);
    }
  }

  async tryOnce(signal: AbortSignal): Promise<HeldLease | undefined> {
    const { lease } = await this.#ask(this.#newCandidate(), signal);
    return lease;
  }

  /** What leaders before this one have kept. Rejects as the store does. */
  records(): Promise<ReadonlyMap<string, string>> {
    return this.#options.store.records();
  }

  close(): Promise<void> {
    this.#listeners.clear();
    return this.#options.store.close();
  }

  /** A leadership of its own: a lease that was lost never comes back. */
  #newCandidate(): Candidate {
    return { ...this.#options.self, id: randomBytes(8).toString('hex') };
  }

  async #ask(
    candidate: Candidate,
    signal: AbortSignal,
  ): Promise<{ readonly lease: HeldLease | undefined; readonly waitMs: number }> {
    const { store, clock, name } = this.#options;
    const sent = momentOf(clock);
    const answer = await store.take(candidate, this.#times.ttlMs);
    this.#answered(undefined, answer.taken ? undefined : answer.holder);
    if (!answer.taken) {
      const { epoch, ttlMs, leftMs } = answer;
      this.#seen = { epoch, ttlMs, isGivenUp: isGivenUp({ ttlMs, leftMs }) };
      return { lease: undefined, waitMs: untilNextLook({ ttlMs, leftMs }) };
    }
    const seen = this.#seen;
    this.#seen = undefined;
    const lease = new HeldLease(
      {
        store,
        candidate,
        times: this.#times,
        clock,
        name,
        onAnswer: (error) => this.#answered(error),
      },
      answer,
      sent,
    );
    const { ttlMs } = this.#times;
    const outwaitMs = waitToLead(answer.former, seen, { ttlMs });
    if (!(await this.#outwait(lease, outwaitMs, signal))) return { lease: undefined, waitMs: 0 };
    // by the time that it is asked for again it has ended
    this.#seen = { epoch: answer.epoch, ttlMs, isGivenUp: true };
    return { lease, waitMs: 0 };
  }

  /** Waits until a leader that the store may have forgotten has given up. Resolves with whether the lease is still held then. */
  async #outwait(lease: HeldLease, waitMs: number, signal: AbortSignal): Promise<boolean> {
    if (waitMs > 0) {
      const until = AbortSignal.any([signal, lease.lost]);
      await this.#options.clock.sleep(waitMs, until).catch(() => undefined);
    }
    if (signal.aborted) await lease.withdraw();
    signal.throwIfAborted();
    return !lease.lost.aborted;
  }

  #answered(error: unknown, leader?: LeaseHolder): void {
    const before = this.#state;
    this.#state =
      error === undefined
        ? { brokerUp: true, leader }
        : { ...before, brokerUp: false, trouble: messageOf(error) };
    const now = this.#state;
    const isSame =
      before.brokerUp === now.brokerUp &&
      before.leader?.pid === now.leader?.pid &&
      before.leader?.host === now.leader?.host;
    if (!isSame) for (const listener of this.#listeners) listener();
  }
}

/** A look falls between the moment at which the holder gives up and the end of its lease, so that both are seen. */
function untilNextLook({ ttlMs, leftMs }: { readonly ttlMs: number; readonly leftMs: number }): number {
  const untilGivenUpMs = leftMs - (ttlMs - leaseTimes(ttlMs).ownMs);
  return Math.min(ASKED_EVERY_MS, (untilGivenUpMs > 0 ? untilGivenUpMs : leftMs) + AFTER_END_MS);
}
