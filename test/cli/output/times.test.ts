import { expect, test } from 'vitest';
import { ago, localTime, shownTime, timeOfDay } from '../../../src/cli/output/times.ts';

const AT = new Date(2026, 0, 2, 3, 4, 5, 678).getTime();

test('a person at a terminal reads the local time, a script ISO 8601', () => {
  expect(localTime(AT)).toBe('2026-01-02 03:04:05');
  expect(timeOfDay(AT)).toBe('03:04:05');
  expect(shownTime(AT, { isTerminal: true })).toBe('2026-01-02 03:04:05');
  expect(shownTime(AT, { isTerminal: false })).toBe(new Date(AT).toISOString());
});

test.each([
  [-5000, 'just now'],
  [4999, 'just now'],
  [42_000, '42 s ago'],
  [60_000, '1 min ago'],
  [3_599_000, '59 min ago'],
  [3_600_000, '1 h ago'],
  [47 * 3_600_000, '47 h ago'],
  [48 * 3_600_000, '2 days ago'],
])('%i ms ago is %s', (passed, text) => {
  expect(ago(AT, AT + passed)).toBe(text);
});
