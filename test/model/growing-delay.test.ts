import { expect, test } from 'vitest';
import { equalJitter, fullJitter, GrowingDelay } from '../../src/model/growing-delay.ts';

test('a delay doubles with every failure, up to the longest', () => {
  const delay = new GrowingDelay({ firstMs: 100, longestMs: 500 });
  expect(Array.from({ length: 5 }, () => delay.next())).toEqual([100, 200, 400, 500, 500]);
});

test('looking at a delay does not make it longer', () => {
  const delay = new GrowingDelay({ firstMs: 100, longestMs: 500 });
  expect([delay.currentMs, delay.currentMs, delay.next(), delay.currentMs]).toEqual([100, 100, 100, 200]);
});

test('after a success it is the first one again', () => {
  const delay = new GrowingDelay({ firstMs: 100, longestMs: 500 });
  delay.next();
  delay.next();
  delay.reset();
  expect(delay.next()).toBe(100);
});

test('stays the longest one however many failures there are', () => {
  const delay = new GrowingDelay({ firstMs: 100, longestMs: 500 });
  for (let i = 0; i < 5000; i++) delay.next();
  expect(delay.currentMs).toBe(500);
});

test('jitter takes any part of a delay, or at least half of it', () => {
  expect([0, 0.5, 0.999].map((random) => fullJitter(1000, random))).toEqual([0, 500, 999]);
  expect([0, 0.5, 0.999].map((random) => equalJitter(1000, random))).toEqual([500, 750, 999.5]);
});
