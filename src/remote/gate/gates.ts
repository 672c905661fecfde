import { hash } from 'node:crypto';
import type { BudgetUse, SharedPace } from '../../model/pace.ts';
import type { Clock } from '../../model/ports.ts';
import { Gate } from './gate.ts';
import type { BudgetCounts, GateLimits } from './gate.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** The gates of a process: one for each origin and account, made when it is first asked for; and one for each limiter of a budget. */
export class Gates {
  readonly clock: Clock;
  readonly #gates = new Map<string, Gate>();
  readonly #ofLimiters = new WeakMap<RateLimiter, Gate>();
  /** The gates of limiters, for as long as somebody holds them. */
  #shared: WeakRef<Gate>[] = [];
  /** By budget, for as long as the process lives: limiters come and go with the jobs that use them. */
  readonly #counts = new Map<string, BudgetCounts & Pick<BudgetUse, 'budget' | 'name'>>();
  #limits: GateLimits = {};

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * `account` tells accounts apart and is never a secret itself: see accountOf. `shared`: what says when requests start, where
   * that is not for this process alone to say; the gate is as old as it.
   */
  of(origin: string, account: string, shared?: RateLimiter): Gate {
    if (shared !== undefined) return this.#sharing(shared);
    const key = `${origin}\n${account}`;
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = new Gate(this.clock);
      gate.restrict(this.#limits);
      this.#gates.set(key, gate);
    }
    return gate;
  }

  #sharing(limiter: RateLimiter): Gate {
    const known = this.#ofLimiters.get(limiter);
    if (known !== undefined) return known;
    const gate = new Gate(this.clock, limiter, this.#countsOf(limiter.shared));
    gate.restrict(this.#limits);
    this.#ofLimiters.set(limiter, gate);
    this.#shared = this.#shared.filter((each) => each.deref() !== undefined);
    this.#shared.push(new WeakRef(gate));
    return gate;
  }

  #countsOf(shared: SharedPace | undefined): BudgetCounts | undefined {
    if (shared === undefined) return undefined;
    const { budget, name } = shared;
    const key = keyOf(shared);
    const known = this.#counts.get(key) ?? { budget, name, refused: 0, waitedMs: 0 };
    this.#counts.set(key, known);
    return known;
  }

  /** The budgets that this process has had a part in, in the order of their first use. */
  get budgets(): readonly BudgetUse[] {
    const open = new Map<string, SharedPace>();
    for (const each of this.#shared) {
      const now = each.deref()?.pacer.shared;
      if (now !== undefined) open.set(keyOf(now), now);
    }
    return [...this.#counts].map(([key, counts]) => ({ ...counts, now: open.get(key) }));
  }

  /** Limits of each gate, those that are made later included. */
  restrict(limits: GateLimits): void {
    this.#limits = limits;
    for (const gate of this.#gates.values()) gate.restrict(limits);
    for (const gate of this.#shared) gate.deref()?.restrict(limits);
  }
}

const keyOf = ({ budget, name }: Pick<SharedPace, 'budget' | 'name'>): string => `${budget}\n${name}`;

/** A name for the account that a secret opens, from which the secret cannot be found. */
export const accountOf = (secret: string): string => hash('sha256', secret).slice(0, 16);
