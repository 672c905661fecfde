import { Counter, Gauge, Registry } from 'prom-client';

/** What a worker is doing now. */
export interface WorkerNow {
  readonly lanes: number;
  readonly transfers: number;
  readonly batches: number;
  readonly isQueueUp: boolean;
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
  readonly #lanes = this.#gauge('stagesync_worker_lanes', 'Requests that it may have at the same time.');
  readonly #transfers = this.#gauge(
    'stagesync_worker_transfers',
    'Files that it is sending, or is about to.',
  );
  readonly #open = this.#gauge('stagesync_worker_batches', 'Batches that it is carrying out.');
  readonly #up = this.#gauge('stagesync_broker_up', 'Whether the queue answers: 1, or 0.');

  get contentType(): string {
    return this.#registry.contentType;
  }

  carriedOut({ sent, failed, redelivered }: { sent: number; failed: number; redelivered: boolean }): void {
    this.#batches.inc();
    if (sent > 0) this.#files.inc({ outcome: 'sent' }, sent);
    if (failed > 0) this.#files.inc({ outcome: 'failed' }, failed);
    if (redelivered) this.#redelivered.inc();
  }

  text({ lanes, transfers, batches, isQueueUp }: WorkerNow): Promise<string> {
    this.#lanes.set(lanes);
    this.#transfers.set(transfers);
    this.#open.set(batches);
    this.#up.set(isQueueUp ? 1 : 0);
    return this.#registry.metrics();
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.#registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] });
  }
}
