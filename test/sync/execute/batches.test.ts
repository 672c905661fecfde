import { expect, test } from 'vitest';
import { batchesOf } from '../../../src/sync/execute/batches.ts';

test.each([
  [0, []],
  [1, [[0]]],
  [3, [[0, 1, 2]]],
  [4, [[0, 1, 2], [3]]],
])('of %i, three at a time', (count, batches) => {
  expect([...batchesOf(Array(count).keys(), 3)]).toEqual(batches);
});

test('nothing is read before the batch it is in', () => {
  let read = 0;
  const numbers = function* (): Generator<number, void> {
    for (;;) yield read++;
  };
  const batches = batchesOf(numbers(), 3);
  expect([batches.next().value, read]).toEqual([[0, 1, 2], 3]);
});
