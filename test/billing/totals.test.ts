import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/billing/calendar.ts';
import { totalsOf, type GroupBy, type UsageTable } from '../../src/billing/totals.ts';
import type { UsageRow } from '../../src/billing/usage.ts';
import { days, FIRST, usageRow } from './usage-rows.ts';

const OTHER = 'bbbbbbbb-0000-4000-8000-000000000000';

function tables(rows: readonly UsageRow[], groupBy: GroupBy = 'workspace', count = 3): UsageTable[] {
  return totalsOf(rows, { period: days(count), granularity: 'day', groupBy });
}
const labelled = (table: UsageTable | undefined) =>
  table?.series.map(({ label, total }) => `${label} ${total}`);

test('two workspaces of one name are two, told apart by a short ID', () => {
  const [table] = tables([usageRow({ value: 2 }), usageRow({ resourceID: OTHER })]);
  expect(labelled(table)).toEqual(['etl (aaaaaaaa) 2', 'etl (bbbbbbbb) 1']);
});

test('two whose short IDs are the same too have their whole IDs', () => {
  const ids = ['aaaaaaaa-1', 'aaaaaaaa-2'];
  const [table] = tables(ids.map((resourceID) => usageRow({ resourceID })));
  expect(labelled(table)).toEqual(['etl (aaaaaaaa-1) 1', 'etl (aaaaaaaa-2) 1']);
});

test('a workspace that was renamed is one, by its latest name', () => {
  const [table] = tables([usageRow({ day: 1, resourceName: 'new' }), usageRow({ day: 0 })]);
  expect(labelled(table)).toEqual(['new 2']);
});

test('what has no ID is known by its name, and without one as unknown', () => {
  const [table] = tables([
    usageRow({ resourceID: undefined, value: 2 }),
    usageRow({ resourceID: undefined, resourceName: undefined }),
  ]);
  expect(labelled(table)).toEqual(['etl 2', '(unknown) 1']);
});

test('credits and storage are two tables, whatever the words for them', () => {
  const found = tables([
    usageRow(),
    usageRow({ metric: 'StorageAvgByte', value: 1e9 }),
    usageRow({ metric: 'compute-hour', day: 1 }),
    usageRow({ metric: 'Tokens', value: 5 }),
  ]);
  expect(found.map(({ metric, unit, total }) => [metric, unit, total])).toEqual([
    ['ComputeCredit', 'credits', 2],
    ['StorageAvgByte', 'bytes', 333333333.333],
    ['Tokens', 'unknown', 5],
  ]);
});

test('storage, an average, is a mean over time and a sum over resources', () => {
  const stored = { metric: 'StorageAvgByte', value: 600 };
  const [table] = tables([
    usageRow({ ...stored, endMs: FIRST + HOUR }),
    usageRow({ ...stored, startMs: FIRST + HOUR, endMs: FIRST + 24 * HOUR }),
    usageRow({ ...stored, day: 1 }),
    usageRow({ ...stored, day: 2, resourceID: OTHER }),
  ]);
  expect(table?.lines.map(({ value }) => value)).toEqual([600, 600, 600]);
  expect(labelled(table)).toEqual(['etl (aaaaaaaa) 400', 'etl (bbbbbbbb) 200']);
  expect(table?.total).toBe(600);
});

test('rows outside of the period, and rows of nothing, are left out', () => {
  const [table, ...others] = tables([
    usageRow({ day: -1 }),
    usageRow({ day: 3 }),
    usageRow({ value: 0 }),
    usageRow({ day: 2 }),
  ]);
  expect(others).toEqual([]);
  expect(table?.lines).toMatchObject([{ startMs: FIRST + 2 * DAY, value: 1 }]);
});

test('hours are added up to days, without the dust of binary fractions', () => {
  const hours = [0.1, 0.2, 0.4].map((value, hour) =>
    usageRow({ value, startMs: FIRST + hour * HOUR, endMs: FIRST + (hour + 1) * HOUR }),
  );
  expect(tables(hours)[0]?.lines.map(({ value }) => value)).toEqual([0.7]);
});

describe('grouped by', () => {
  const rows = [
    usageRow({ value: 4 }),
    usageRow({ resourceID: OTHER, resourceName: 'web', ownerID: 'ann', resourceType: 'Starter' }),
  ];
  const groupOf = (id: string) => (id === OTHER ? { key: 'g1', name: 'prod' } : undefined);
  test.each([
    ['owner', ['owner 4', 'ann 1']],
    ['type', ['Workspace 4', 'Starter 1']],
    ['none', ['all 5']],
    ['group', ['(unknown) 4', 'prod 1']],
  ] as const)('%s', (groupBy, expected) => {
    const [table] = totalsOf(rows, { period: days(3), granularity: 'day', groupBy, groupOf });
    expect(labelled(table)).toEqual(expected);
  });
});

test('whatever is added up, lines, series and the whole agree, and every row is in one line', () => {
  const row = fc
    .record({
      hour: fc.integer({ min: 0, max: 71 }),
      resourceID: fc.constantFrom('a', 'b', 'c'),
      value: fc.integer({ min: 1, max: 4000 }).map((n) => n / 8),
    })
    .map(({ hour, ...rest }) =>
      usageRow({ ...rest, startMs: FIRST + hour * HOUR, endMs: FIRST + (hour + 1) * HOUR }),
    );
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1 }),
      fc.constantFrom('hour', 'day', 'month'),
      (rows, granularity) => {
        const [table] = totalsOf(rows, { period: days(3), granularity, groupBy: 'workspace' });
        const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
        const whole = sum(rows.map(({ value }) => value));
        expect(table?.total).toBe(whole);
        expect(sum(table!.series.map(({ total }) => total))).toBe(whole);
        expect(sum(table!.lines.map(({ value }) => value))).toBe(whole);
        expect(table!.lines.flatMap((line) => line.rows)).toHaveLength(rows.length);
      },
    ),
    { numRuns: 50 },
  );
});
