import type { Tracer } from '@opentelemetry/api';
import type { Surroundings } from '../../jobs/surroundings.ts';

type Otel = typeof import('@opentelemetry/api');

/** What makes spans, where the user brought an SDK of OpenTelemetry. */
export interface Tracing {
  readonly otel: Otel;
  readonly tracer: Tracer;
}

/** Where release 1 of the API keeps what an SDK registers. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** Whether an SDK has registered itself, as by `node --import`. To look costs nothing, and loads nothing. */
export function isTraced(scope: object = globalThis): boolean {
  const registered = (scope as Record<symbol, unknown>)[REGISTERED];
  return typeof registered === 'object' && registered !== null && 'trace' in registered;
}

/**
 * What makes passes and requests of surroundings spans, where an SDK is there; the API is loaded then only. Else they stay as
 * they are.
 */
export async function openTracing(): Promise<(around: Surroundings) => Surroundings> {
  if (!isTraced()) return (around) => around;
  const [otel, { withSpans }] = await Promise.all([import('@opentelemetry/api'), import('./pass-spans.ts')]);
  const tracer = otel.trace.getTracer('stagesync');
  return (around) => withSpans(around, { otel, tracer });
}
