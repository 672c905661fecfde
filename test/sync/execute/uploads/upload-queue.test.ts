import { expect, test } from 'vitest';
import { LARGE_BYTES, UploadQueue } from '../../../../src/sync/execute/uploads/upload-queue.ts';
import type { Wanted } from '../../../../src/sync/execute/uploads/upload-queue.ts';

const wanted = (path: string, size: number): Wanted => ({
  arrival: {
    path,
    reason: 'new',
    entry: { kind: 'file', path, size, modifiedMs: 1, version: 'v' },
    replaces: undefined,
    digest: undefined,
  },
  waits: false,
  clashes: false,
  overtakes: false,
});

/** A queue with small files `s1`… and large ones of so many times the size from which a file is large. */
function queueOf(small: number, large: Readonly<Record<string, number>>) {
  const queue = new UploadQueue();
  for (let at = 1; at <= small; at++) queue.add(wanted(`s${at}`, 1));
  for (const [path, times] of Object.entries(large)) queue.add(wanted(path, times * LARGE_BYTES));
  return {
    queue,
    take: (count: number, most: number) =>
      queue.take(count, { large: most }).map(({ arrival }) => arrival.path),
  };
}

test('large files go first, the largest before all others, those of one size in their order', () => {
  const { take } = queueOf(2, { one: 1, five: 5, 'also one': 1, three: 3 });
  expect(take(10, 10)).toEqual(['five', 'three', 'one', 'also one', 's1', 's2']);
});

test('but not more of them than may be, while small ones wait', () => {
  const { take, queue } = queueOf(3, { a: 9, b: 8, c: 7 });
  expect(take(3, 1)).toEqual(['a', 's1', 's2']);
  expect(take(3, 0)).toEqual(['s3']);
  expect(take(3, 0)).toEqual(['b', 'c']);
  expect(queue.size).toBe(0);
});

test('small ones keep their order, however they are added and taken', () => {
  const { take, queue } = queueOf(3, {});
  const taken = take(2, 2);
  for (let at = 4; at <= 9; at++) queue.add(wanted(`s${at}`, 1));
  while (queue.size > 0) taken.push(...take(2, 2));
  expect(taken).toEqual(['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9']);
});

test('nothing is left of a queue that was cleared', () => {
  const { take, queue } = queueOf(3, { a: 2 });
  take(1, 0);
  queue.clear();
  expect([queue.size, take(5, 5)]).toEqual([0, []]);
});
