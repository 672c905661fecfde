import type { Attributes, Context, Span } from '@opentelemetry/api';
import { isSyncError } from '../../model/errors.ts';
import type { EventListener, Report, SyncEvent } from '../../model/events.ts';
import type { Surroundings } from '../../jobs/surroundings.ts';
import { surrounded, type AroundRequest } from '../../remote/wrapped-destinations.ts';
import type { PassResult } from '../../sync/pass-options.ts';
import type { Tracing } from './open-tracing.ts';

/**
 * A span for each pass, within it one for each phase (`compare` until everything is listed, then `execute`), and one for each
 * attempt at a request. A job makes one pass at a time, so that a request belongs to the pass that goes on.
 */
export function withSpans(around: Surroundings, tracing: Tracing): Surroundings {
  let current: PassSpan | undefined;
  const request: AroundRequest = (operation, path, send) =>
    requestSpan(tracing, { operation, path, within: current?.context }, send);
  const { observed } = around;
  return {
    ...around,
    observed: (destination) => surrounded(observed?.(destination) ?? destination, request),
    async aroundPass({ job, source, destination, cause, dryRun }, pass) {
      const attributes = { source, destination, cause, dry_run: dryRun, ...(job !== undefined && { job }) };
      const span = new PassSpan(tracing, attributes);
      current = span;
      try {
        const result = await tracing.otel.context.with(span.runContext, () => pass(span.onEvent));
        span.end(result);
        return result;
      } catch (error) {
        span.fail(error);
        throw error;
      } finally {
        current = undefined;
      }
    },
  };
}

const named = (attributes: Readonly<Record<string, string | number | boolean>>): Attributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`stagesync.${name}`, value]));

const COUNTS = [
  'uploaded',
  'moved',
  'removed',
  'unchanged',
  'failed',
  'skipped',
  'bytes',
  'requests',
  'retries',
] as const satisfies readonly (keyof Report)[];

class PassSpan {
  /** With the span of the pass in it. */
  readonly runContext: Context;
  readonly #tracing: Tracing;
  readonly #span: Span;
  #phase: Span;
  #isExecuting = false;

  constructor(tracing: Tracing, attributes: Parameters<typeof named>[0]) {
    const { otel, tracer } = tracing;
    this.#tracing = tracing;
    this.#span = tracer.startSpan('stagesync run', { attributes: named(attributes) }, otel.context.active());
    this.runContext = otel.trace.setSpan(otel.context.active(), this.#span);
    this.#phase = tracer.startSpan('compare', {}, this.runContext);
  }

  /** With the span of the phase that goes on in it. */
  get context(): Context {
    return this.#tracing.otel.trace.setSpan(this.runContext, this.#phase);
  }

  readonly onEvent: EventListener = (event: SyncEvent) => {
    if (event.type === 'listing' && event.done && !this.#isExecuting) {
      this.#isExecuting = true;
      this.#phase.end();
      this.#phase = this.#tracing.tracer.startSpan('execute', {}, this.runContext);
    } else if (event.type === 'problem') {
      const { code, severity } = event;
      this.#phase.addEvent('problem', named({ code, severity }));
    }
  };

  end({ report, error, run }: PassResult): void {
    const counts = Object.fromEntries(COUNTS.map((count) => [count, report[count]]));
    this.#span.setAttributes(named({ outcome: report.outcome, ...counts }));
    if (run !== undefined) this.#span.setAttributes(named({ run: run.id }));
    if (error !== undefined) this.#span.setAttributes(named({ error: error.code }));
    const isGood = report.outcome === 'clean' || report.outcome === 'warnings';
    if (!isGood || error !== undefined)
      this.#span.setStatus({
        code: this.#tracing.otel.SpanStatusCode.ERROR,
        message: error?.code ?? report.outcome,
      });
    this.#close();
  }

  /** A mistake in the program. */
  fail(error: unknown): void {
    this.#span.setStatus({
      code: this.#tracing.otel.SpanStatusCode.ERROR,
      message: isSyncError(error) ? error.code : 'unexpected',
    });
    this.#close();
  }

  #close(): void {
    this.#phase.end();
    this.#span.end();
  }
}

interface RequestOf {
  readonly operation: string;
  readonly path: string;
  /** Undefined: no pass goes on, as while the destination is opened. */
  readonly within: Context | undefined;
}

/** Codes and statuses go into a span, messages do not: they may hold what a server answered. */
async function requestSpan<T>(
  { otel, tracer }: Tracing,
  { operation, path, within = otel.context.active() }: RequestOf,
  send: () => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(
    operation,
    { kind: otel.SpanKind.CLIENT, attributes: named({ operation, path }) },
    within,
  );
  try {
    return await otel.context.with(otel.trace.setSpan(within, span), send);
  } catch (error) {
    const status = isSyncError(error) ? error.details['status'] : undefined;
    if (typeof status === 'number') span.setAttribute('http.response.status_code', status);
    const code = isSyncError(error) ? error.code : 'aborted';
    span.setAttribute('error.type', code);
    span.setStatus({ code: otel.SpanStatusCode.ERROR, message: code });
    throw error;
  } finally {
    span.end();
  }
}
