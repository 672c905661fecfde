import { Gauge, type Registry } from 'prom-client';
import type { BudgetUse } from '../../model/pace.ts';

/** What a Redis or Valkey is used for. */
export type BrokerUse = 'lease' | 'queue' | 'budget';

/** Whether the servers that processes share answer, by what they are used for; they may be one. */
export class BrokerGauge {
  readonly #up: Gauge;

  constructor(registry: Registry) {
    this.#up = new Gauge({
      name: 'stagesync_broker_up',
      help: '1 where the Redis or Valkey of the lease, the queue or the budget answered the last request.',
      labelNames: ['for'],
      registers: [registry],
    });
  }

  /** Those of undefined are not shown. */
  set(answers: Readonly<Partial<Record<BrokerUse, boolean | undefined>>>): void {
    this.#up.reset();
    for (const [use, isUp] of Object.entries(answers))
      if (isUp !== undefined) this.#up.set({ for: use }, isUp ? 1 : 0);
  }
}

/** Whether all budgets that are open are reached; undefined where none is. */
export function areReached(budgets: readonly BudgetUse[]): boolean | undefined {
  const open = budgets.flatMap(({ now }) => (now === undefined ? [] : [now.reached]));
  return open.length === 0 ? undefined : open.every(Boolean);
}
