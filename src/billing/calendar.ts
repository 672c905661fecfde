import type { Granularity } from './usage.ts';

/** Hours, days and months of UTC, in milliseconds since 1970. */

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The beginning of the hour, day or month that a moment lies in. */
export function startOf(ms: number, granularity: Granularity): number {
  if (granularity === 'hour') return Math.floor(ms / HOUR) * HOUR;
  if (granularity === 'day') return Math.floor(ms / DAY) * DAY;
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** The beginning of the next one. */
export function startOfNext(ms: number, granularity: Granularity): number {
  if (granularity === 'hour') return startOf(ms, 'hour') + HOUR;
  if (granularity === 'day') return startOf(ms, 'day') + DAY;
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The beginnings of all hours, days or months that a span touches; the end is not part of the span. */
export function startsWithin(fromMs: number, toMs: number, granularity: Granularity): number[] {
  const starts: number[] = [];
  for (let at = startOf(fromMs, granularity); at < toMs; at = startOfNext(at, granularity)) starts.push(at);
  return starts;
}

/** '2026-10-25 13:00', '2026-10-25', '2026-10'. */
export function labelOf(startMs: number, granularity: Granularity): string {
  const iso = new Date(startMs).toISOString();
  if (granularity === 'month') return iso.slice(0, 7);
  return granularity === 'day' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
}
