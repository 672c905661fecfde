import { labelOf } from '../../../billing/calendar.ts';
import { quantities } from '../../../billing/quantity.ts';
import type { GroupBy, UsageTable } from '../../../billing/totals.ts';
import type { Unit } from '../../../billing/usage.ts';
import type { Field, Row } from '../../management/printing/fields.ts';
import type { UsageFlags } from './usage-flags.ts';

type Price = Pick<UsageFlags, 'creditPrice'>;

const NAMES: Readonly<Record<GroupBy, string>> = {
  workspace: 'WORKSPACE',
  group: 'GROUP',
  owner: 'OWNER',
  type: 'TYPE',
  none: '',
};
const DATES = { hour: 'HOUR', day: 'DATE', month: 'MONTH' } as const;
const BYTES_IN_GB = 1e9;

const unitTitle = (unit: Unit): string =>
  unit === 'credits' ? 'CREDITS' : unit === 'bytes' ? 'GB' : 'VALUE';

/** For a person: bytes as gigabytes. */
const shownValue = (value: number, unit: Unit): number => (unit === 'bytes' ? value / BYTES_IN_GB : value);

/** The lines of a table with the names of the API where it has some; values are numbers, bytes for storage. */
export function usageRows(table: UsageTable, { creditPrice }: Price): Row[] {
  const { lines, series, metric, unit, groupBy } = table;
  return lines.map(({ startMs, endMs, series: index, value, rows }) => {
    const [row] = rows;
    return {
      row: 'usage',
      startTime: iso(startMs),
      endTime: iso(endMs),
      metric,
      unit,
      key: series[index]?.key,
      name: series[index]?.label,
      ...(groupBy === 'workspace' && {
        resourceId: row?.resourceID,
        resourceName: row?.resourceName,
        resourceType: row?.resourceType,
        ownerId: row?.ownerID,
      }),
      value,
      // where it is one value of the service, and not a sum of some
      ...(rows.length === 1 && { rawValue: row?.rawValue }),
      ...estimate(value, unit, creditPrice),
    };
  });
}

/** A row for each series and one for all of them. */
export function totalRows(table: UsageTable, { creditPrice }: Price): Row[] {
  const { series, total, metric, unit, period } = table;
  const all = [
    ...series.map((each) => ({ key: each.key, name: each.label, value: each.total })),
    { key: null, name: 'all', value: total },
  ];
  return all.map(({ key, name, value }) => ({
    row: 'total',
    startTime: iso(period.fromMs),
    endTime: iso(period.toMs),
    metric,
    unit,
    key,
    name,
    value,
    ...estimate(value, unit, creditPrice),
  }));
}

const estimate = (value: number, unit: Unit, price: number | undefined): Row =>
  price === undefined || unit !== 'credits' ? {} : { estimate: Number((value * price).toPrecision(12)) };

/** The columns for a person. Values of a column have one number of decimals, and a date stands once. */
export function usageFields(table: UsageTable, rows: readonly Row[], { creditPrice }: Price): Field[] {
  const { granularity, groupBy, unit } = table;
  const firsts = new Set(rows.filter((row, at) => headOf(row) !== headOf(rows[at - 1])));
  return [
    {
      key: 'startTime',
      title: DATES[granularity],
      text: (value, row) => {
        if (!firsts.has(row)) return '';
        return row['row'] === 'total' ? 'total' : labelOf(Date.parse(String(value)), granularity);
      },
    },
    ...(groupBy === 'none' ? [] : [{ key: 'name', title: NAMES[groupBy] }]),
    numbers('value', unitTitle(unit), rows, unit),
    ...(creditPrice === undefined || unit !== 'credits'
      ? []
      : [numbers('estimate', 'ESTIMATE', rows, 'credits')]),
  ];
}

const headOf = (row: Row | undefined): unknown => (row?.['row'] === 'total' ? 'total' : row?.['startTime']);

function numbers(key: string, title: string, rows: readonly Row[], unit: Unit): Field {
  const texts = quantities(rows.map((row) => shownValue(Number(row[key]), unit)));
  const byRow = new Map(rows.map((row, at) => [row, texts[at]]));
  return { key, title, text: (_, row) => byRow.get(row) };
}

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
