import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { WatchEvent, WatchState, WatchStatus } from '../sync/watch/watch-events.ts';

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
  readonly #passes = this.#counter('passes_total', 'Passes by what they looked at and how they ended.', [
    'scope',
    'outcome',
  ]);
  readonly #actions = this.#counter('actions_total', 'Changes on Stage by kind and outcome.', [
    'kind',
    'outcome',
  ]);
  readonly #bytes = this.#counter('uploaded_bytes_total', 'Bytes of the files uploaded.');
  readonly #requests = this.#counter('stage_requests_total', 'Requests to Stage, each attempt counted.', [
    'verb',
    'status',
  ]);
  readonly #retries = this.#counter('retries_total', 'Attempts made again, by the error before.', ['code']);
  readonly #throttled = this.#counter('throttled_total', 'Times Stage asked for fewer requests.');
  readonly #pace = this.#gauge(
    'throttle_requests_per_second',
    'The pace after the last time Stage asked for fewer requests; 0 before the first.',
  );
  readonly #atOnce = this.#gauge(
    'requests_at_once',
    'Requests to Stage at the same time, at most, by why there are not more.',
    ['why'],
  );
  readonly #allowed = this.#gauge(
    'allowed_requests_per_second',
    'Requests a second that Stage lets through, as its refusals have taught; 0 while it refuses none.',
  );
  readonly #problems = this.#counter('problems_total', 'Entries left out or failed, by cause.', ['code']);
  readonly #duration = new Histogram({
    name: 'stagesync_pass_duration_seconds',
    help: 'How long passes took.',
    labelNames: ['scope'],
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
    registers: [this.#registry],
  });
  readonly #state = this.#gauge('state', '1 for what the watch is doing.', ['state']);
  readonly #waiting = this.#gauge('waiting_folders', 'Folders that wait to be looked at.');
  readonly #watches = this.#gauge('watches', 'Kernel watches or queue receivers held.', ['mode']);
  readonly #oldest = this.#gauge(
    'oldest_change_age_seconds',
    'Age of the oldest change that is not yet on Stage; 0 when there is none.',
  );
  readonly #lastFull = this.#gauge(
    'last_full_pass_timestamp_seconds',
    'When the last pass over everything began; 0 before the first.',
  );
  readonly #lastFullOk = this.#gauge(
    'last_full_pass_success',
    '1 when the last pass over everything reached its end.',
  );

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `stagesync_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name: `stagesync_${name}`, help, labelNames, registers: [this.#registry] });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  request(verb: string, status: string): void {
    this.#requests.inc({ verb, status });
  }

  onEvent(event: WatchEvent): void {
    if (event.type === 'pass') {
      const scope = event.folders === undefined ? 'everything' : 'folders';
      this.#passes.inc({ scope, outcome: event.report.outcome });
      this.#duration.observe({ scope }, event.report.durationMs / 1000);
      return;
    }
    if (event.type !== 'sync') return;
    const said = event.event;
    if (said.type === 'action') {
      this.#actions.inc({ kind: said.kind, outcome: said.outcome });
      if (said.kind === 'upload' && said.outcome === 'done') this.#bytes.inc(said.bytes ?? 0);
    } else if (said.type === 'problem') this.#problems.inc({ code: said.code });
    else if (said.type === 'retry') this.#retries.inc({ code: said.error.code });
    else if (said.type === 'pace') {
      this.#atOnce.reset();
      this.#atOnce.set({ why: said.why }, said.atOnce);
      this.#allowed.set(said.perSecond ?? 0);
    } else if (said.type === 'throttled') {
      this.#throttled.inc();
      this.#pace.set(said.requestsPerSecond);
    }
  }

  /** The text to answer a scrape with. */
  async text(status: WatchStatus, nowMs: number): Promise<string> {
    for (const state of STATES) this.#state.set({ state }, state === status.state ? 1 : 0);
    this.#waiting.set(status.waiting);
    this.#watches.reset();
    this.#watches.set({ mode: status.mode }, status.watches);
    const age = status.oldestChangeMs === undefined ? 0 : (nowMs - status.oldestChangeMs) / 1000;
    this.#oldest.set(Math.max(0, age));
    const full = status.lastFullPass;
    this.#lastFull.set((full?.startedMs ?? 0) / 1000);
    this.#lastFullOk.set(full !== undefined && full.error === undefined ? 1 : 0);
    return this.#registry.metrics();
  }
}
