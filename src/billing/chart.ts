import { labelOf, startsWithin } from './calendar.ts';
import type { GroupBy, UsageTable } from './totals.ts';
import type { Granularity, Unit } from './usage.ts';

/** A picture of usage, as data: every period of time and every series has a value. */
export interface Chart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly legendTitle: string;
  readonly granularity: Granularity;
  /** One for each hour, day or month, also where nothing was used. */
  readonly periods: readonly string[];
  /** The largest first; the rest of them, if any, last. */
  readonly series: readonly ChartSeries[];
  readonly total: number;
  /** What the reader has to know besides, a sentence each. */
  readonly notes: readonly string[];
}

export interface ChartSeries {
  /** Not escaped: names come from the service. */
  readonly label: string;
  /** One for each period. */
  readonly values: readonly number[];
  readonly total: number;
}

/** Series that are told apart by colour; of more, the largest are drawn and the others added up. */
const MOST_SERIES = 10;

/** Bytes are drawn as gigabytes. */
const BYTES_IN_GB = 1e9;

/** The picture of one metric; `notes` come before its own. */
export function chartOf(
  table: UsageTable,
  { notes = [] }: { readonly notes?: readonly string[] } = {},
): Chart {
  const { period, granularity, unit } = table;
  const starts = startsWithin(period.fromMs, period.toMs, granularity);
  const columnOf = new Map(starts.map((start, column) => [start, column]));
  const values = table.series.map(() => starts.map(() => 0));
  for (const { startMs, series, value } of table.lines) {
    const column = columnOf.get(startMs);
    if (column !== undefined) values[series]![column] = scaled(value, unit);
  }
  const all = table.series.map(({ label, total }, index) => ({
    label,
    values: values[index] ?? [],
    total: scaled(total, unit),
  }));
  const isTooMany = all.length > MOST_SERIES;
  const shown = isTooMany ? all.slice(0, MOST_SERIES - 1) : all;
  const rest = all.slice(shown.length);
  return {
    ...titles(table),
    granularity,
    periods: starts.map((start) => labelOf(start, granularity)),
    series: isTooMany ? [...shown, addedUp(rest)] : shown,
    total: scaled(table.total, unit),
    notes: isTooMany
      ? [
          ...notes,
          `The ${shown.length} largest of ${all.length} are shown; "other" is the sum of the ${rest.length} others.`,
        ]
      : notes,
  };
}

const scaled = (value: number, unit: Unit): number => (unit === 'bytes' ? value / BYTES_IN_GB : value);

function addedUp(series: readonly ChartSeries[]): ChartSeries {
  const [first] = series;
  const values = (first?.values ?? []).map((_, column) =>
    clean(series.reduce((sum, each) => sum + (each.values[column] ?? 0), 0)),
  );
  return {
    label: `other (${series.length})`,
    values,
    total: clean(series.reduce((sum, { total }) => sum + total, 0)),
  };
}

const clean = (value: number): number => Number(value.toPrecision(12));

const EACH: Readonly<Record<GroupBy, string>> = {
  workspace: ' for Each Workspace',
  group: ' for Each Workspace Group',
  owner: ' for Each Owner',
  type: ' for Each Type of Resource',
  none: '',
};
const LEGENDS: Readonly<Record<GroupBy, string>> = {
  workspace: 'Resource Name',
  group: 'Workspace Group',
  owner: 'Owner',
  type: 'Resource Type',
  none: 'Resource Name',
};
const PER: Readonly<Record<Granularity, string>> = { hour: 'Hour', day: 'Day', month: 'Month' };

function titles({ unit, metric, granularity, groupBy }: UsageTable) {
  const [what, yTitle] =
    unit === 'credits'
      ? ['Compute Credits Consumed', 'Compute Credits']
      : unit === 'bytes'
        ? ['Average Storage', 'Storage (GB)']
        : [metric, metric];
  return {
    title: `${what} Per ${PER[granularity]}${EACH[groupBy]}`,
    xTitle: `${granularity === 'day' ? 'Date' : PER[granularity]} (UTC)`,
    yTitle,
    legendTitle: LEGENDS[groupBy],
  };
}
