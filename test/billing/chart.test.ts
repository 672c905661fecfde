import { expect, test } from 'vitest';
import { chartOf } from '../../src/billing/chart.ts';
import { totalsOf, type TotalsOptions } from '../../src/billing/totals.ts';
import { days, usageRow } from './usage-rows.ts';

const workspaces = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    usageRow({ resourceID: `id-${n}`, resourceName: `w${n}`, value: 100 - n }),
  );
const chart = (rows = workspaces(1), options: Partial<TotalsOptions> = {}) =>
  chartOf(totalsOf(rows, { period: days(3), granularity: 'day', groupBy: 'workspace', ...options })[0]!);

test('days without use are in the picture, and not in the data', () => {
  const rows = [usageRow({ value: 2 }), usageRow({ day: 2 })];
  expect(chart(rows).periods).toEqual(['2026-10-25', '2026-10-26', '2026-10-27']);
  expect(chart(rows).series[0]?.values).toEqual([2, 0, 1]);
  expect(
    totalsOf(rows, { period: days(3), granularity: 'day', groupBy: 'workspace' })[0]?.lines,
  ).toHaveLength(2);
});

test('ten workspaces are drawn one by one; of eleven, the nine largest and the sum of the others', () => {
  expect(chart(workspaces(10)).series.map(({ label }) => label)).toEqual(
    Array.from({ length: 10 }, (_, n) => `w${n}`),
  );
  const { series, notes, total } = chart(workspaces(11));
  expect(series.map(({ label }) => label).slice(8)).toEqual(['w8', 'other (2)']);
  expect(series.at(-1)).toMatchObject({ total: 181, values: [181, 0, 0] });
  expect(notes).toEqual(['The 9 largest of 11 are shown; "other" is the sum of the 2 others.']);
  expect(series.reduce((sum, each) => sum + each.total, 0)).toBe(total);
});

test('the words are those of what is drawn', () => {
  expect(chart()).toMatchObject({
    title: 'Compute Credits Consumed Per Day for Each Workspace',
    xTitle: 'Date (UTC)',
    yTitle: 'Compute Credits',
    legendTitle: 'Resource Name',
  });
  expect(chart(workspaces(1), { granularity: 'month', groupBy: 'owner' })).toMatchObject({
    title: 'Compute Credits Consumed Per Month for Each Owner',
    xTitle: 'Month (UTC)',
  });
});

test('storage is drawn in gigabytes', () => {
  const stored = [0, 1, 2].map((day) => usageRow({ metric: 'StorageAvgByte', value: 5e9, day }));
  expect(chart(stored)).toMatchObject({ yTitle: 'Storage (GB)', total: 5, series: [{ values: [5, 5, 5] }] });
});
