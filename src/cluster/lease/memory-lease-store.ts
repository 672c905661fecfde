import type { Clock } from '../../model/ports.ts';
import type { Candidate, HeldByOther, LeaseStore, Taken } from './lease-store.ts';

/** A lease for candidates of one process, as tests and models have them. */
export class MemoryLeaseStore implements LeaseStore {
  readonly label = 'memory';
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>;
  #holder: { readonly candidate: Candidate; readonly untilMs: number } | undefined;
  /** Undefined: no leader is remembered. */
  #epoch: number | undefined;
  #records = new Map<string, string>();
  /** Thrown by every call while it is there. */
  failure: Error | undefined;

  constructor(clock: Pick<Clock, 'now' | 'elapsed'>) {
    this.#clock = clock;
  }

  /** Forgets everything, as a broker that comes back empty does. */
  forget(): void {
    this.#holder = this.#epoch = undefined;
    this.#records.clear();
  }

  async take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther> {
    this.#fail();
    const nowMs = this.#clock.elapsed();
    const held = this.#held(nowMs);
    if (held !== undefined && held.candidate.id !== candidate.id) {
      const { id: _, ...holder } = held.candidate;
      return { taken: false, holder, leftMs: held.untilMs - nowMs };
    }
    // asked again by its holder, whose first reply was lost: it may have been to wait
    const waitMs = this.#epoch === undefined || held !== undefined ? ttlMs : 0;
    // a store that forgets must not begin anew with an epoch that was there before
    if (held === undefined) this.#epoch = Math.max((this.#epoch ?? 0) + 1, Math.floor(this.#clock.now()));
    this.#holder = { candidate, untilMs: nowMs + ttlMs };
    return { taken: true, epoch: this.#epoch!, waitMs, nowMs: this.#clock.now() };
  }

  async renew(candidate: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined> {
    this.#fail();
    const nowMs = this.#clock.elapsed();
    if (this.#held(nowMs)?.candidate.id !== candidate.id) return undefined;
    this.#holder = { candidate, untilMs: nowMs + ttlMs };
    return { nowMs: this.#clock.now() };
  }

  async release(candidate: Candidate): Promise<void> {
    this.#fail();
    if (this.#holder?.candidate.id === candidate.id) this.#holder = undefined;
  }

  async records(): Promise<ReadonlyMap<string, string>> {
    this.#fail();
    return new Map(this.#records);
  }

  async record(candidate: Candidate, name: string, value: string): Promise<boolean> {
    this.#fail();
    if (this.#held(this.#clock.elapsed())?.candidate.id !== candidate.id) return false;
    this.#records.set(name, value);
    return true;
  }

  async close(): Promise<void> {
    // nothing is open
  }

  #held(nowMs: number): { readonly candidate: Candidate; readonly untilMs: number } | undefined {
    return this.#holder !== undefined && this.#holder.untilMs > nowMs ? this.#holder : undefined;
  }

  #fail(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}
