import { hash } from 'node:crypto';
import type { Clock } from '../../model/ports.ts';
import { Gate } from './gate.ts';
import type { GateLimits } from './gate.ts';

/** The gates of a process: one for each origin and account, made when it is first asked for. */
export class Gates {
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();
  #limits: GateLimits = {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `account` tells accounts apart and is never a secret itself: see accountOf. */
  of(origin: string, account: string): Gate {
    const key = `${origin}\n${account}`;
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = new Gate(this.#clock);
      gate.restrict(this.#limits);
      this.#gates.set(key, gate);
    }
    return gate;
  }

  /** Limits of each gate, those that are made later included. */
  restrict(limits: GateLimits): void {
    this.#limits = limits;
    for (const gate of this.#gates.values()) gate.restrict(limits);
  }
}

/** A name for the account that a secret opens, from which the secret cannot be found. */
export const accountOf = (secret: string): string => hash('sha256', secret).slice(0, 16);
