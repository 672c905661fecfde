import type { WorkspacePhase, WorkspaceSpan } from '../timeline/workspace-timeline.ts';
import { creditsPerHour } from './prices.ts';

/** Who uses something: a workspace, or a group for its storage. */
export interface BilledResource {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly resourceType: string;
}

export interface WorkspaceUse extends BilledResource {
  readonly scaleFactor: number;
  /** Until now, oldest first. */
  readonly spans: readonly WorkspaceSpan[];
}

export interface StorageUse extends BilledResource {
  readonly bytes: number;
  /** Milliseconds since 1970: when it began to exist, and when it ended. */
  readonly from: number;
  readonly to: number;
}

/** A half-open interval of time: `to` belongs to the next one. Milliseconds since 1970. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface UsageRow extends BilledResource, Interval {
  readonly value: number;
}

export type Aggregate = 'hour' | 'day' | 'month';

/** What is paid for: a workspace that runs, also while it is being changed. */
const BILLED: ReadonlySet<WorkspacePhase> = new Set(['active', 'changing']);
const HOUR_MS = 3_600_000;

/** Credits of each workspace in each hour, day or month of the period in which there were any. */
export function computeRows(
  uses: readonly WorkspaceUse[],
  period: Interval,
  aggregate: Aggregate,
  now: number,
): readonly UsageRow[] {
  const begins = (use: WorkspaceUse): number => use.spans[0]?.from ?? now;
  return rowsOf(uses, clip(period, uses.map(begins), aggregate, now), aggregate, (use, interval) =>
    use.spans.reduce((sum, span, at) => {
      if (!BILLED.has(span.phase)) return sum;
      const overlap = overlapOf(interval, { from: span.from, to: use.spans[at + 1]?.from ?? now });
      return sum + (overlap / HOUR_MS) * creditsPerHour(span.size, use.scaleFactor);
    }, 0),
  );
}

/** Bytes on average over each interval. A part of an interval that has not come yet does not count. */
export function storageRows(
  uses: readonly StorageUse[],
  period: Interval,
  aggregate: Aggregate,
  now: number,
): readonly UsageRow[] {
  const begins = uses.map(({ from }) => from);
  return rowsOf(uses, clip(period, begins, aggregate, now), aggregate, (use, interval) => {
    const length = Math.min(interval.to, now) - interval.from;
    const overlap = overlapOf(interval, { from: use.from, to: Math.min(use.to, now) });
    return length <= 0 ? 0 : (use.bytes * overlap) / length;
  });
}

/** Without the time before anything was there and the time to come, however long the period is that was asked for. */
function clip(period: Interval, begins: readonly number[], aggregate: Aggregate, now: number): Interval {
  const first = startOf(Math.min(now, ...begins), aggregate);
  return { from: Math.max(period.from, first), to: Math.min(period.to, now) };
}

function rowsOf<U extends BilledResource>(
  uses: readonly U[],
  period: Interval,
  aggregate: Aggregate,
  valueOf: (use: U, interval: Interval) => number,
): readonly UsageRow[] {
  const rows: UsageRow[] = [];
  for (const interval of intervalsOf(period, aggregate))
    for (const use of uses) {
      const value = valueOf(use, interval);
      const { resourceId, resourceName, resourceType } = use;
      if (value > 0) rows.push({ ...interval, resourceId, resourceName, resourceType, value });
    }
  return rows;
}

const overlapOf = (a: Interval, b: Interval): number =>
  Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));

/** The hours, days or months (UTC) of a period; the first and the last are cut where the period is. */
export function* intervalsOf(period: Interval, aggregate: Aggregate): Generator<Interval> {
  for (let from = period.from; from < period.to;) {
    const to = Math.min(nextBoundary(from, aggregate), period.to);
    yield { from, to };
    from = to;
  }
}

/** The beginning of the hour, day or month (UTC). */
function startOf(at: number, aggregate: Aggregate): number {
  if (aggregate === 'hour') return Math.floor(at / HOUR_MS) * HOUR_MS;
  if (aggregate === 'day') return Math.floor(at / (24 * HOUR_MS)) * 24 * HOUR_MS;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

function nextBoundary(at: number, aggregate: Aggregate): number {
  const start = startOf(at, aggregate);
  if (aggregate !== 'month') return start + (aggregate === 'hour' ? 1 : 24) * HOUR_MS;
  const date = new Date(start);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
