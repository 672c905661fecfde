import type { Clock } from '../../model/ports.ts';
import type { Candidate, HeldByOther, LeaseStore, Taken } from './lease-store.ts';
import { holderOf, NO_LEASE, released, renewed, taken, type LeaseState } from './lease-rules.ts';

/** A lease for candidates of one process, as tests have them. */
export class MemoryLeaseStore implements LeaseStore {
  readonly label = 'memory';
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>;
  #state: LeaseState = NO_LEASE;
  #candidate: Candidate | undefined;
  readonly #records = new Map<string, string>();

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>) {
    this.#clock = clock;
  }

  /** Forgets everything, as a broker that comes back empty does. */
  forget(): void {
    this.#state = NO_LEASE;
    this.#records.clear();
  }

  /** The lease is gone before its time, as when the clock of a broker is set forward. */
  vanish(): void {
    this.#state = { ...this.#state, untilMs: 0 };
  }

  async take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther> {
    const [nowMs, wallMs] = [this.#clock.elapsed(), this.#clock.now()];
    const answer = taken(this.#state, { id: candidate.id, ttlMs, nowMs, wallMs });
    if (answer === undefined) {
      const { id: _, ...holder } = this.#candidate!;
      return { taken: false, holder, leftMs: this.#state.untilMs - nowMs };
    }
    this.#state = answer.state;
    this.#candidate = candidate;
    const { epoch, waitMs, wasReleased } = answer;
    return { taken: true, epoch, waitMs, wasReleased, nowMs: wallMs };
  }

  async renew({ id }: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined> {
    const next = renewed(this.#state, { id, ttlMs, nowMs: this.#clock.elapsed() });
    if (next === undefined) return undefined;
    this.#state = next;
    return { nowMs: this.#clock.now() };
  }

  async release({ id }: Candidate): Promise<void> {
    this.#state = released(this.#state, id);
  }

  async records(): Promise<ReadonlyMap<string, string>> {
    return new Map(this.#records);
  }

  async record({ id }: Candidate, name: string, value: string): Promise<boolean> {
    if (holderOf(this.#state, this.#clock.elapsed()) !== id) return false;
    this.#records.set(name, value);
    return true;
  }

  async close(): Promise<void> {
    // nothing is open
  }
}
