import { Counter, Gauge, type Registry } from 'prom-client';
import type { BudgetUse } from '../../model/pace.ts';

/** The budgets that this process shares with others. One that shares none has none of these. */
export class BudgetMetrics {
  readonly #rate: Gauge;
  readonly #users: Gauge;
  readonly #waited: Counter;
  readonly #refused: Counter;

  constructor(registry: Registry) {
    const shared = { labelNames: ['budget'], registers: [registry] };
    this.#rate = new Gauge({
      name: 'stagesync_budget_rate',
      help: 'Requests a second of all processes that share the budget; 0 while nothing limits them.',
      ...shared,
    });
    this.#users = new Gauge({
      name: 'stagesync_budget_users',
      help: 'Processes that asked the budget for turns within ten seconds.',
      ...shared,
    });
    this.#waited = new Counter({
      name: 'stagesync_budget_wait_seconds_total',
      help: 'Seconds in which at least one request of this process waited for its turn.',
      ...shared,
    });
    this.#refused = new Counter({
      name: 'stagesync_budget_refused_total',
      help: 'Requests of this process that Stage refused (429).',
      ...shared,
    });
  }

  set(budgets: readonly BudgetUse[]): void {
    for (const metric of [this.#rate, this.#users, this.#waited, this.#refused]) metric.reset();
    for (const { name: budget, now, refused, waitedMs } of budgets) {
      this.#refused.inc({ budget }, refused);
      this.#waited.inc({ budget }, waitedMs / 1000);
      if (now === undefined) continue;
      this.#rate.set({ budget }, now.perSecond ?? 0);
      if (now.users !== undefined) this.#users.set({ budget }, now.users);
    }
  }
}
