import type { Clock } from '../../model/ports.ts';
import type { Candidate, HeldByOther, LeaseStore, Taken } from './lease-store.ts';
import { holderOf, NO_LEASE, released, renewed, taken, type Asked, type LeaseState } from './lease-rules.ts';

/** A lease for candidates of one process, as tests have them. */
export class MemoryLeaseStore implements LeaseStore {
  readonly label = 'memory';
  readonly #clock: Pick<Clock, 'now' | 'elapsed'>;
  #state: LeaseState = NO_LEASE;
  #life = 1;
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

  /** The lease is gone before its time, as when somebody deletes it, or sets the clock of a broker forward. */
  vanish(): void {
    this.#state = { ...this.#state, untilMs: 0 };
  }

  /** Returns what brings the present state back, as a broker has it that starts from an older copy, or a replica that lags. */
  copy(): () => void {
    const state = this.#state;
    return () => {
      this.#state = state;
      this.#life++;
    };
  }

  async take(candidate: Candidate, ttlMs: number): Promise<Taken | HeldByOther> {
    const [nowMs, wallMs] = [this.#clock.elapsed(), this.#clock.now()];
    const answer = taken(this.#state, { ...this.#asked(candidate, ttlMs), wallMs });
    if (answer === undefined) {
      const { id: _, ...holder } = this.#candidate!;
      const { last, untilMs } = this.#state;
      return {
        taken: false,
        holder,
        epoch: last?.epoch ?? 0,
        ttlMs: last?.ttlMs ?? 0,
        leftMs: untilMs - nowMs,
      };
    }
    this.#state = answer.state;
    this.#candidate = candidate;
    const { epoch, former } = answer;
    return { taken: true, epoch, former, nowMs: wallMs };
  }

  async renew(candidate: Candidate, ttlMs: number): Promise<{ readonly nowMs: number } | undefined> {
    const next = renewed(this.#state, this.#asked(candidate, ttlMs));
    if (next === undefined) return undefined;
    this.#state = next;
    return { nowMs: this.#clock.now() };
  }

  async release({ id }: Candidate, { hasLed }: { readonly hasLed: boolean }): Promise<void> {
    this.#state = released(this.#state, { id, hasLed });
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

  #asked({ id }: Candidate, ttlMs: number): Asked {
    return { id, ttlMs, nowMs: this.#clock.elapsed(), life: String(this.#life) };
  }
}
