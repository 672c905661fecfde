import { expect, test } from 'vitest';
import { durationText, parseByteRate, parseDuration } from '../../../src/jobs/settings/quantities.ts';

test.each([
  ['1ms', 1],
  ['500ms', 500],
  ['1s', 1000],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['36h', 129_600_000],
  ['1d', 86_400_000],
])('%s is %i ms, and is what these are called', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
  expect(parseDuration(durationText(ms))).toBe(ms);
});

test.each(['', '5', '0s', '0.1ms', '-1s', '1 s', '1w', 's', '99999999999999999999d'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('a rate counts in powers of 1,024', () => {
  expect(parseByteRate('1')).toBe(1);
  expect(parseByteRate('1.5k')).toBe(1536);
  expect(parseByteRate('1.5KiB')).toBe(1536);
  expect(parseByteRate('10B')).toBe(10);
  expect(parseByteRate('10MB')).toBe(10_000_000);
  expect(parseByteRate('10mb')).toBe(10_000_000);
  expect(parseByteRate('10MiB')).toBe(parseByteRate('10M'));
  expect(parseByteRate('2GiB')).toBe(2 * 1024 ** 3);
  for (const text of ['0', '', '0.5', '10MBs', '10iB', '10Mi', 'fast', '-1', '99999999999G'])
    expect(parseByteRate(text)).toBeUndefined();
});
