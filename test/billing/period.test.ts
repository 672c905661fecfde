import { describe, expect, test } from 'vitest';
import { parsePeriod } from '../../src/billing/period.ts';

const NOW = Date.parse('2026-11-26T05:30:00Z');
const span = (from?: string, to?: string): string => {
  const { fromMs, toMs } = parsePeriod(from, to, NOW);
  return [fromMs, toMs].map((ms) => new Date(ms).toISOString().replace(/:00\.000Z|\.000Z/, '')).join(' ');
};

test.each([
  [undefined, undefined, '2026-11-19T00:00 2026-11-26T00:00'],
  ['7d', undefined, '2026-11-19T00:00 2026-11-26T00:00'],
  ['1d', undefined, '2026-11-25T00:00 2026-11-26T00:00'],
  ['this-month', undefined, '2026-11-01T00:00 2026-12-01T00:00'],
  ['last-month', undefined, '2026-10-01T00:00 2026-11-01T00:00'],
  ['2026-02', undefined, '2026-02-01T00:00 2026-03-01T00:00'],
  ['2026-02', '2026-03', '2026-02-01T00:00 2026-04-01T00:00'],
  ['2026-02', 'last-month', '2026-02-01T00:00 2026-11-01T00:00'],
  ['2023-10-25', '2023-10-28', '2023-10-25T00:00 2023-10-29T00:00'],
  ['2023-10-25', '2023-10-25', '2023-10-25T00:00 2023-10-26T00:00'],
  ['2026-11-25', undefined, '2026-11-25T00:00 2026-11-26T05:30'],
  ['2026-10-25T13:00Z', '2026-10-25T15:30:10Z', '2026-10-25T13:00 2026-10-25T15:30:10'],
  ['2026-10-25T13:00+02:00', '2026-10-25 13:00', '2026-10-25T11:00 2026-10-25T13:00'],
  ['2026-10-25T13:00-0530', '2026-10-26', '2026-10-25T18:30 2026-10-27T00:00'],
  ['2026-10-25T13:00:00.5+02', '2026-10-26', '2026-10-25T11:00:00.500Z 2026-10-27T00:00'],
  ['2024-02-29', '2024-02', '2024-02-29T00:00 2024-03-01T00:00'],
])('from %s to %s is %s in UTC', (from, to, expected) => {
  expect(span(from, to)).toBe(expected);
});

describe('is refused', () => {
  test.each([
    ['yesterday', undefined, /--from "yesterday" is no time: give a date .* or last-month/],
    ['2026-13', undefined, /is no time/],
    ['2026-02-30', undefined, /is no time/],
    ['2026-10-25T25:00Z', undefined, /is no time/],
    ['0d', undefined, /is no time/],
    ['2026-10-25', 'later', /--to "later" is no time/],
    ['30d', '7d', /--to 7d is a number of days/],
    [undefined, '2026-10-25', /--to needs --from/],
    ['2026-10-25', '2026-10-24', /ends \(2026-10-25T00:00:00Z\) before it begins/],
    ['2027-01-01', undefined, /--from is in the future/],
  ])('from %s to %s', (from, to, message) => {
    expect(() => parsePeriod(from, to, NOW)).toThrow(message);
  });
});
