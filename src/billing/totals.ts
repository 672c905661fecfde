import { startOf, startOfNext } from './calendar.ts';
import type { Period } from './period.ts';
import { type Granularity, isAverage, type Unit, unitOf, type UsageRow } from './usage.ts';

export type GroupBy = 'workspace' | 'group' | 'owner' | 'type' | 'none';

/** A name for a key. */
export interface Named {
  readonly key: string;
  readonly name: string;
}

export interface TotalsOptions {
  readonly period: Period;
  readonly granularity: Granularity;
  readonly groupBy: GroupBy;
  /** The workspace group that a resource is in; undefined where it is not known. */
  readonly groupOf?: ((resourceID: string) => Named | undefined) | undefined;
}

/** What was used by one resource, group, owner or type. */
export interface Series {
  readonly key: string;
  /** For people: the latest name, with a short ID where two share it. Not escaped. */
  readonly label: string;
  readonly total: number;
}

/** What one series used in one hour, day or month. */
export interface UsageLine {
  readonly startMs: number;
  readonly endMs: number;
  /** Index in the list of series. */
  readonly series: number;
  readonly value: number;
  readonly rows: readonly UsageRow[];
}

/** The usage of one metric. */
export interface UsageTable {
  readonly metric: string;
  readonly unit: Unit;
  readonly period: Period;
  readonly granularity: Granularity;
  readonly groupBy: GroupBy;
  /** The largest first. */
  readonly series: readonly Series[];
  /** By time, then in the order of the series. Only where something was used. */
  readonly lines: readonly UsageLine[];
  readonly total: number;
}

/** The key, and the label, of what no one can tell whose it is. */
const UNKNOWN = '(unknown)';

/**
 * Adds up usage: a table for each metric, in the order in which metrics appear. Credits are added; bytes, which are averages,
 * become means over time, and sums over resources. Rows that lie outside of the period are left out.
 */
export function totalsOf(rows: readonly UsageRow[], options: TotalsOptions): UsageTable[] {
  const { period } = options;
  const metrics = new Map<string, UsageRow[]>();
  for (const row of rows) {
    const isOutside = row.startMs >= period.toMs || row.endMs <= period.fromMs;
    if (isOutside || row.value === 0) continue;
    const unit = unitOf(row.metric);
    // two words for one unit are one metric
    const key = unit === 'unknown' ? row.metric : unit;
    listAt(metrics, key).push(row);
  }
  return [...metrics.values()].map((ofMetric) => tableOf(ofMetric, options));
}

/** A table of nothing, to be drawn: no use is an answer too. */
export const emptyTable = (
  given: Pick<UsageTable, 'period' | 'granularity' | 'groupBy'> & {
    readonly metric: 'compute' | 'storage' | 'all';
  },
): UsageTable => ({
  period: given.period,
  granularity: given.granularity,
  groupBy: given.groupBy,
  metric: given.metric,
  unit: given.metric === 'storage' ? 'bytes' : 'credits',
  series: [],
  lines: [],
  total: 0,
});

function tableOf(rows: readonly UsageRow[], options: TotalsOptions): UsageTable {
  const { period, granularity, groupBy } = options;
  const metric = rows[0]?.metric ?? '';
  const unit = unitOf(metric);
  const cells = new Map<string, Map<number, UsageRow[]>>();
  const names = new LatestNames();
  for (const row of rows) {
    const { key, name } = keyOf(row, options);
    names.see(key, name, row.startMs);
    const ofKey = cells.get(key) ?? new Map<number, UsageRow[]>();
    const start = startOf(Math.max(row.startMs, period.fromMs), granularity);
    listAt(ofKey, start).push(row);
    cells.set(key, ofKey);
  }
  const labels = names.labels();
  const series = [...cells.entries()]
    .map(([key, ofKey]) => ({
      key,
      label: labels.get(key) ?? key,
      total: combined([...ofKey.values()].flat(), unit, period),
    }))
    .toSorted((a, b) => b.total - a.total || compareText(a.label, b.label) || compareText(a.key, b.key));
  const lines = series
    .flatMap(({ key }, index) =>
      [...(cells.get(key) ?? [])].map(([startMs, ofCell]) => {
        const endMs = startOfNext(startMs, granularity);
        const span = { fromMs: Math.max(startMs, period.fromMs), toMs: Math.min(endMs, period.toMs) };
        return { startMs, endMs, series: index, value: combined(ofCell, unit, span), rows: ofCell };
      }),
    )
    .toSorted((a, b) => a.startMs - b.startMs || a.series - b.series);
  const total = rounded(series.reduce((sum, each) => sum + each.total, 0));
  return { metric, unit, period, granularity, groupBy, series, lines, total };
}

function listAt<K>(lists: Map<K, UsageRow[]>, key: K): UsageRow[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** What some rows make together in a span: a sum, or a mean over the span. */
function combined(rows: readonly UsageRow[], unit: Unit, span: Period): number {
  if (!isAverage(unit)) return rounded(rows.reduce((sum, { value }) => sum + value, 0));
  const product = rows.reduce((sum, { value, startMs, endMs }) => {
    const ms = Math.min(endMs, span.toMs) - Math.max(startMs, span.fromMs);
    return sum + value * Math.max(ms, 0);
  }, 0);
  return rounded(product / (span.toMs - span.fromMs));
}

/** Without the dust that adding binary fractions leaves: 0.1 + 0.2 is 0.3. */
const rounded = (value: number): number => Number(value.toPrecision(12));

function keyOf(row: UsageRow, { groupBy, groupOf }: TotalsOptions): Named {
  switch (groupBy) {
    case 'none':
      return { key: 'all', name: 'all' };
    case 'type':
      return same(row.resourceType);
    case 'owner':
      return same(row.ownerID);
    case 'group': {
      const group = row.resourceID === undefined ? undefined : groupOf?.(row.resourceID);
      return group ?? same(undefined);
    }
    case 'workspace': {
      const { resourceID, resourceName } = row;
      return resourceID === undefined
        ? same(resourceName)
        : { key: resourceID, name: resourceName ?? resourceID };
    }
    default:
      return groupBy satisfies never;
  }
}

const same = (text: string | undefined): Named => ({ key: text ?? UNKNOWN, name: text ?? UNKNOWN });

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The latest name of each key, made distinct. */
class LatestNames {
  readonly #latest = new Map<string, { readonly name: string; readonly atMs: number }>();

  see(key: string, name: string, atMs: number): void {
    const known = this.#latest.get(key);
    if (known === undefined || atMs >= known.atMs) this.#latest.set(key, { name, atMs });
  }

  labels(): ReadonlyMap<string, string> {
    const byName = Map.groupBy(this.#latest, ([, { name }]) => name);
    return new Map(
      [...this.#latest].map(([key, { name }]) => {
        const sharing = (byName.get(name) ?? []).map(([other]) => other);
        if (sharing.length === 1) return [key, name];
        const short = key.slice(0, SHORT_ID);
        const isShortUnique = sharing.filter((other) => other.startsWith(short)).length === 1;
        return [key, `${name} (${isShortUnique ? short : key})`];
      }),
    );
  }
}

const SHORT_ID = 8;
