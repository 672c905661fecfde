import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { barsOf } from '../../src/billing/bars.ts';
import { chartOf } from '../../src/billing/chart.ts';
import { totalsOf } from '../../src/billing/totals.ts';
import { textWidth } from '../../src/model/text-width.ts';
import { days, usageRow } from './usage-rows.ts';

const ROWS = [
  usageRow({ resourceID: 'a', resourceName: 'demo-workspace', value: 12.5 }),
  usageRow({ resourceID: 'b', resourceName: 'etl', value: 4.25 }),
  usageRow({ resourceID: 'a', resourceName: 'demo-workspace', day: 2, value: 9 }),
  usageRow({ resourceID: 'b', resourceName: 'etl', day: 2, value: 0.004 }),
];
const chart = (rows = ROWS) =>
  chartOf(totalsOf(rows, { period: days(3), granularity: 'day', groupBy: 'workspace' })[0]!);

test('bars of a wide terminal', () => {
  expect(barsOf(chart(), { width: 60, unicode: true })).toEqual([
    'Compute Credits Consumed Per Day for Each Workspace',
    '',
    '2026-10-25  demo-workspace  ██████████████████████████ 12.5',
    '            etl             ████████▉ 4.25',
    '2026-10-26  0',
    '2026-10-27  demo-workspace  ██████████████████▊ 9',
    '            etl             ▏ 0.004',
    '',
    'Total       demo-workspace  21.50',
    '            etl              4.25',
    '            all             25.75',
    '',
    'Compute Credits; Date (UTC).',
  ]);
});

test('bars of a narrow terminal that knows ASCII alone', () => {
  expect(barsOf(chart(), { width: 34, unicode: false }).slice(2, 9)).toEqual([
    '2026-10-25',
    '  demo...ace  ############## 12.5',
    '  etl         ##### 4.25',
    '2026-10-26',
    '  0',
    '2026-10-27',
    '  demo...ace  ########## 9',
  ]);
});

test('a series is painted by its number', () => {
  const painted = barsOf(chart(), { width: 60, unicode: true, paint: (series) => `<${series}>` });
  expect(painted.slice(2, 4)).toEqual([
    '2026-10-25  demo-workspace  <0> 12.5',
    '            etl             <1> 4.25',
  ]);
});

test('names cannot steer the terminal', () => {
  const rows = [usageRow({ resourceName: 'a\u{1b}[2Jb\nc' })];
  const text = barsOf(chart(rows), { width: 80, unicode: true }).join('\n');
  expect(text).toContain('a\\u{1b}[2Jb\\nc');
  expect(text).not.toContain('\u{1b}');
});

test('no line of bars is wider than the terminal, whatever the names and the width, from 40 cells on', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.integer({ min: 1, max: 1e6 })), { minLength: 1, maxLength: 14 }),
      fc.integer({ min: 40, max: 200 }),
      fc.boolean(),
      (named, width, unicode) => {
        const rows = named.map(([resourceName, value], n) =>
          usageRow({ resourceName, value: value / 7, resourceID: `id-${n}` }),
        );
        const lines = barsOf(chart(rows), { width, unicode });
        const wide = lines.filter((line) => /█|#/.test(line)).filter((line) => textWidth(line) > width);
        expect(wide).toEqual([]);
      },
    ),
    { numRuns: 100 },
  );
});
