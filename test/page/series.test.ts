import { expect, test } from 'vitest';
import { ratesOf, summary } from '../../page/src/text/series.ts';

const sample = (second: number, bytes: number) => ({
  atMs: second * 1000,
  bytes,
  files: 1,
  requests: bytes / 10,
  refused: 0,
});

test('samples become what was done in a second', () => {
  const rates = ratesOf([sample(100, 7), sample(103, 300), sample(105, 20)]);
  expect(rates.times).toEqual([103, 105]);
  expect(rates.bytes).toEqual([100, 10]);
  expect(rates.requests).toEqual([10, 1]);
});

test('a long time without samples is a gap, not a slow transfer', () => {
  const rates = ratesOf([sample(0, 1), sample(3, 30), sample(3600, 30), sample(3603, 60)]);
  expect(rates.bytes).toEqual([10, undefined, 20]);
  expect(rates.times).toEqual([3, 3.001, 3603]);
});

test('the last and the highest are told in words', () => {
  expect(summary([1, 9, undefined, 4])).toEqual({ last: 4, highest: 9 });
  expect(summary([])).toEqual({ last: 0, highest: 0 });
});
