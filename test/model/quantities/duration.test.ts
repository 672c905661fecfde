import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { duration } from '../../../src/model/quantities/duration.ts';
import { parseDuration } from '../../../src/jobs/settings/quantities.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

test.each([
  [0, '0ms'],
  [0.4, '0ms'],
  [850, '850ms'],
  [999.7, '1s'],
  [1240, '1.2s'],
  [5000, '5s'],
  [9999, '9.9s'],
  [10_400, '10s'],
  [59_999, '59s'],
  [MINUTE, '1m'],
  [3 * MINUTE + 4 * SECOND, '3m 4s'],
  [HOUR, '1h'],
  [HOUR + 5 * SECOND, '1h 5s'],
  [25 * HOUR + 61 * SECOND, '1d 1h'],
  [400 * 24 * HOUR, '1y 35d'],
])('%d ms are %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('it is never more than it was, and not less by more than its last unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 300 * 24 * HOUR }), (ms) => {
      const told = duration(ms)
        .split(' ')
        .reduce((sum, part) => sum + (parseDuration(part) ?? NaN), 0);
      const unit = told >= 24 * HOUR ? HOUR : told >= HOUR ? MINUTE : told >= 10 * SECOND ? SECOND : 100;
      expect(told).toBeLessThanOrEqual(ms);
      expect(ms - told).toBeLessThan(unit);
    }),
  );
});
