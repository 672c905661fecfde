import { Gauge, type Registry } from 'prom-client';
import type { BudgetUse } from '../../model/pace.ts';
import type { LeadershipView } from '../view/daemon-view.ts';
import type { QueueView } from '../view/machines-view.ts';
import { areReached, BrokerGauge } from './broker-gauge.ts';
import { BudgetMetrics } from './budget-metrics.ts';
import { LeaseGauges } from './lease-gauges.ts';

/** What a process has in common with other machines at the moment of a scrape. */
export interface SharedNow {
  readonly leadership?: LeadershipView | undefined;
  readonly queue?: QueueView | undefined;
  readonly budgets?: readonly BudgetUse[] | undefined;
}

/** The metrics of what is shared with other machines. A process shows those alone of what it uses. */
export class MachineMetrics {
  readonly #registry: Registry;
  #lease: LeaseGauges | undefined;
  #budget: BudgetMetrics | undefined;
  #broker: BrokerGauge | undefined;
  #workers: Gauge | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Before a scrape. */
  set({ leadership, queue, budgets = [] }: SharedNow): void {
    if (leadership !== undefined) (this.#lease ??= new LeaseGauges(this.#registry)).set(leadership);
    if (queue !== undefined) this.#setWorkers(queue);
    if (budgets.length > 0) (this.#budget ??= new BudgetMetrics(this.#registry)).set(budgets);
    if (leadership === undefined && queue === undefined && budgets.length === 0) return;
    (this.#broker ??= new BrokerGauge(this.#registry)).set({
      lease: leadership?.brokerUp,
      queue: queue?.isUp,
      budget: areReached(budgets),
    });
  }

  /** Of a queue that does not answer it is not known who works for it. */
  #setWorkers({ isUp, workers }: QueueView): void {
    this.#workers ??= new Gauge({
      name: 'stagesync_workers',
      help: 'Workers that take batches from the queue now, those of other deployments included.',
      registers: [this.#registry],
    });
    if (isUp === true) this.#workers.set(workers.length);
    else this.#workers.remove();
  }
}
