import { expect, test } from 'vitest';
import { Sample } from '../../../../src/sync/execute/verify/sample.ts';
import { createDice } from '../../../support/trees/dice.ts';

test('holds all where there are few', () => {
  const sample = new Sample<number>(5, () => 0.5);
  for (let at = 0; at < 3; at++) sample.add(`f${at}`, at);
  expect(new Set(sample.take())).toEqual(new Set([0, 1, 2]));
  expect(sample.take()).toEqual([]);
});

test('takes the newest item of a key, and counts it once', () => {
  const sample = new Sample<string>(2, () => 0);
  sample.add('a', 'first');
  sample.add('a', 'second');
  sample.add('b', 'other');
  expect(sample.take().sort()).toEqual(['other', 'second']);
});

test('is as likely to hold the first as the last, and never holds more than it may', () => {
  const dice = createDice(7);
  const held = Array.from({ length: 20 }, () => 0);
  for (let run = 0; run < 4000; run++) {
    const sample = new Sample<number>(5, () => dice.next());
    for (let at = 0; at < held.length; at++) sample.add(`f${at}`, at);
    const taken = sample.take();
    expect(taken).toHaveLength(5);
    for (const at of taken) held[at]!++;
  }
  // a quarter of 4,000 each; five standard deviations are 137
  for (const count of held) expect(Math.abs(count - 1000)).toBeLessThan(137);
});
