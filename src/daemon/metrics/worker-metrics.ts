import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BudgetUse } from '../../model/pace.ts';
import { areReached, BrokerGauge } from './broker-gauge.ts';
import { BudgetMetrics } from './budget-metrics.ts';

/** What a worker is doing now. */
export interface WorkerNow {
  readonly lanes: number;
  /** Requests that are under way, or that wait for the pace. */
  readonly lanesBusy: number;
  readonly transfers: number;
  readonly batches: number;
  readonly isQueueUp: boolean;
  /** What it shares with other processes. */
  readonly budgets: readonly BudgetUse[];
}

/** A batch that was carried out. Counts of files. */
export interface CarriedOut {
  readonly sent: number;
  readonly failed: number;
  /** Another worker had been given it before. */
  readonly redelivered: boolean;
  readonly requests: number;
  readonly ms: number;
}

/** The metrics of a worker, for Prometheus. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #batches = this.#counter('stagesync_worker_batches_total', 'Batches that were carried out.');
  readonly #files = new Counter({
    name: 'stagesync_worker_files_total',
    help: 'Files of these batches, by what became of them.',
    labelNames: ['outcome'] as const,
    registers: [this.#registry],
  });
  readonly #redelivered = this.#counter(
    'stagesync_worker_redeliveries_total',
    'Batches that another worker had been given before.',
  );
  readonly #requests = this.#counter(
    'stagesync_worker_requests_total',
    'Requests to Stage for these batches, each attempt counted.',
  );
  readonly #seconds = new Histogram({
    name: 'stagesync_transfer_batch_seconds',
    help: 'How long batches took, from when they were taken until they were carried out.',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers: [this.#registry],
  });
  readonly #lanes = this.#gauge('stagesync_worker_lanes', 'Requests that it may have at the same time.');
  readonly #busy = this.#gauge(
    'stagesync_worker_lanes_busy',
    'Requests to Stage that are under way, or wait for the pace.',
  );
  readonly #transfers = this.#gauge(
    'stagesync_worker_transfers',
    'Files that it is sending, or is about to.',
  );
  readonly #open = this.#gauge('stagesync_worker_batches', 'Batches that it is carrying out.');
  readonly #broker = new BrokerGauge(this.#registry);
  readonly #budget = new BudgetMetrics(this.#registry);

  get contentType(): string {
    return this.#registry.contentType;
  }

  carriedOut({ sent, failed, redelivered, requests, ms }: CarriedOut): void {
    this.#batches.inc();
    this.#requests.inc(requests);
    this.#seconds.observe(ms / 1000);
    if (sent > 0) this.#files.inc({ outcome: 'sent' }, sent);
    if (failed > 0) this.#files.inc({ outcome: 'failed' }, failed);
    if (redelivered) this.#redelivered.inc();
  }

  text({ lanes, lanesBusy, transfers, batches, isQueueUp, budgets }: WorkerNow): Promise<string> {
    this.#lanes.set(lanes);
    this.#busy.set(lanesBusy);
    this.#transfers.set(transfers);
    this.#open.set(batches);
    this.#broker.set({ queue: isQueueUp, budget: areReached(budgets) });
    this.#budget.set(budgets);
    return this.#registry.metrics();
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] });
  }
}
