import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { SyncEvent } from '../../model/events.ts';
import type { PaceReason } from '../../model/pace.ts';
import type { RunSummary } from '../../model/run.ts';
import type { PassSummary } from '../../sync/watch/watch-events.ts';

import { LoadGauges } from './load-gauges.ts';
import { TransferMetrics } from './transfer-metrics.ts';

/** The labels that every metric of a process has beside its own: the job, where there are several. */
export type JobLabel = { readonly job?: string };

/** What is counted of jobs as it happens, by event. */
export class JobCounters {
  readonly #registry: Registry;
  readonly #common: readonly string[];
  readonly #passes;
  readonly #runs;
  readonly #skippedRuns;
  readonly #actions;
  readonly #bytes;
  readonly #requests;
  readonly #retries;
  readonly #throttled;
  readonly #pace;
  readonly #atOnce;
  readonly #allowed;
  readonly #problems;
  readonly #duration;
  readonly #load;
  readonly #transfers;

  /** `byJob`: each has a label for its job. */
  constructor(registry: Registry, { byJob }: { readonly byJob: boolean }) {
    this.#registry = registry;
    this.#common = byJob ? ['job'] : [];
    this.#load = new LoadGauges(registry, { byJob });
    this.#transfers = new TransferMetrics(registry, { byJob });
    this.#passes = this.#counter('passes_total', 'Passes by what they looked at and how they ended.', [
      'scope',
      'outcome',
    ]);
    this.#runs = this.#counter('runs_total', 'Runs by why they began and how they ended.', [
      'cause',
      'outcome',
    ]);
    this.#skippedRuns = this.#counter('skipped_runs_total', 'Runs that were due and not made, by why.', [
      'why',
    ]);
    this.#actions = this.#counter(
      'actions_total',
      'Changes at the destination by kind and outcome; upload also for a download.',
      ['kind', 'outcome'],
    );
    this.#bytes = this.#counter(
      'uploaded_bytes_total',
      'Bytes of the files uploaded, or downloaded to a directory.',
    );
    this.#requests = this.#counter('stage_requests_total', 'Requests to Stage, each attempt counted.', [
      'verb',
      'status',
    ]);
    this.#retries = this.#counter('retries_total', 'Attempts made again, by the error before.', ['code']);
    this.#throttled = this.#counter('throttled_total', 'Times Stage asked for fewer requests.');
    this.#problems = this.#counter('problems_total', 'Entries left out or failed, by cause.', ['code']);
    this.#pace = this.#gauge(
      'throttle_requests_per_second',
      'The pace after the last time Stage asked for fewer requests; 0 before the first.',
    );
    this.#atOnce = this.#gauge(
      'requests_at_once',
      'Requests to Stage at the same time, at most, by why there are not more.',
      ['why'],
    );
    this.#allowed = this.#gauge(
      'allowed_requests_per_second',
      'Requests a second that Stage lets through, as its refusals have taught; 0 while it refuses none.',
    );
    this.#duration = new Histogram({
      name: 'stagesync_pass_duration_seconds',
      help: 'How long passes took.',
      labelNames: [...this.#common, 'scope'],
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200],
      registers: [registry],
    });
  }

  #counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    const own = [...this.#common, ...labelNames];
    return new Counter({ name: `stagesync_${name}`, help, labelNames: own, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    const own = [...this.#common, ...labelNames];
    return new Gauge({ name: `stagesync_${name}`, help, labelNames: own, registers: [this.#registry] });
  }

  request(verb: string, status: string, job: JobLabel = {}): void {
    this.#requests.inc({ ...job, verb, status });
  }

  pass({ folders, report }: Pick<PassSummary, 'folders' | 'report'>, job: JobLabel = {}): void {
    const scope = folders === undefined ? 'everything' : 'folders';
    this.#passes.inc({ ...job, scope, outcome: report.outcome });
    this.#duration.observe({ ...job, scope }, report.durationMs / 1000);
    this.#load.heard(report.load, job);
  }

  /** Before a scrape. `jobs`: the names of those that there are, where there are several. */
  scrape(nowMs: number, jobs?: ReadonlySet<string>): void {
    this.#load.set(nowMs, jobs);
    this.#transfers.set(nowMs, jobs);
  }

  run({ cause, outcome }: Pick<RunSummary, 'cause' | 'outcome'>, job: JobLabel = {}): void {
    this.#runs.inc({ ...job, cause, outcome });
  }

  skipped(why: string, count: number, job: JobLabel = {}): void {
    this.#skippedRuns.inc({ ...job, why }, count);
  }

  sync(event: SyncEvent, job: JobLabel = {}): void {
    if (event.type === 'action') {
      this.#actions.inc({ ...job, kind: event.kind, outcome: event.outcome });
      if (event.kind === 'upload' && event.outcome === 'done') this.#bytes.inc({ ...job }, event.bytes ?? 0);
    } else if (event.type === 'problem') this.#problems.inc({ ...job, code: event.code });
    else if (event.type === 'retry') this.#retries.inc({ ...job, code: event.error.code });
    else if (event.type === 'pace') {
      this.#forgetReasons(job);
      this.#atOnce.set({ ...job, why: event.why }, event.atOnce);
      this.#allowed.set({ ...job }, event.perSecond ?? 0);
    } else if (event.type === 'throttled') {
      this.#throttled.inc({ ...job });
      this.#pace.set({ ...job }, event.requestsPerSecond);
    } else if (event.type === 'workers') this.#transfers.heard(event, job);
    else if (event.type === 'report') this.#transfers.ended(job);
  }

  /** One reason holds at a time. */
  #forgetReasons(job: JobLabel): void {
    if (job.job === undefined) this.#atOnce.reset();
    else for (const why of PACE_REASONS) this.#atOnce.remove({ ...job, why });
  }
}

const PACE_REASONS: readonly PaceReason[] = ['fixed', 'demand', 'growing', 'bound', 'queueing', 'refused'];
