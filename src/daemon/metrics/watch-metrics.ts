import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { WatchEvent, WatchState, WatchStatus } from '../../sync/watch/watch-events.ts';
import { JobCounters } from './job-counters.ts';
import { JobGauges } from './job-gauges.ts';
import { MachineMetrics, type SharedNow } from './machine-metrics.ts';

const STATES: readonly WatchState[] = [
  'starting',
  'listing',
  'transferring',
  'idle',
  'backing_off',
  'halted',
  'stopping',
];

/** What a watch counts, in Prometheus's form. */
export class WatchMetrics {
  readonly #registry = new Registry();
  readonly #counters = new JobCounters(this.#registry, { byJob: false });
  readonly #gauges = new JobGauges(this.#registry, { byJob: false, states: STATES });
  readonly #watches = this.#gauge('watches', 'Kernel watches or queue receivers held.', ['mode']);
  readonly #lastFull = this.#gauge(
    'last_full_pass_timestamp_seconds',
    'When the last pass over everything began; 0 before the first.',
  );
  readonly #lastFullOk = this.#gauge(
    'last_full_pass_success',
    '1 when the last pass over everything reached its end.',
  );
  readonly #machines = new MachineMetrics(this.#registry);
  readonly #shared: () => SharedNow;
  #lastSuccessMs: number | undefined;

  /** `shared`: what the watch has in common with other machines. */
  constructor(shared: () => SharedNow = () => ({})) {
    this.#shared = shared;
    collectDefaultMetrics({ register: this.#registry });
  }

  /** When the last run before the watch ended well, in milliseconds since 1970; undefined: none did. */
  remember(lastSuccessMs: number | undefined): void {
    this.#lastSuccessMs = lastSuccessMs;
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: `stagesync_${name}`, help, labelNames, registers: [this.#registry] });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(verb: string, status: string): void {
    this.#counters.request(verb, status);
  }

  onEvent(event: WatchEvent): void {
    if (event.type === 'sync') this.#counters.sync(event.event);
    if (event.type !== 'pass') return;
    const { report, error, startedMs, folders } = event;
    this.#counters.pass(event);
    this.#counters.run({ cause: folders === undefined ? 'full' : 'watch', outcome: report.outcome });
    if (error === undefined && (report.outcome === 'clean' || report.outcome === 'warnings'))
      this.#lastSuccessMs = startedMs + report.durationMs;
  }

  /** The text to answer a scrape with. */
  async text(status: WatchStatus, nowMs: number): Promise<string> {
    const full = status.lastFullPass;
    this.#gauges.set(
      {
        state: status.state,
        waiting: status.waiting,
        oldestChangeMs: status.oldestChangeMs,
        lastSuccessMs: this.#lastSuccessMs,
        nextRunMs: status.nextFullPassMs,
        lastOutcome: status.lastPass?.report.outcome,
      },
      nowMs,
    );
    this.#counters.scrape(nowMs);
    this.#machines.set(this.#shared());
    this.#watches.reset();
    this.#watches.set({ mode: status.mode }, status.watches);
    this.#lastFull.set((full?.startedMs ?? 0) / 1000);
    this.#lastFullOk.set(full !== undefined && full.error === undefined ? 1 : 0);
    return this.#registry.metrics();
  }
}
