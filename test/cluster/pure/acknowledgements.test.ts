import { expect, test } from 'vitest';
import { Acknowledgements } from '../../../src/cluster/queue/coordinator/acknowledgements.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

/** Answers of a transfer each, and a ledger that counts its commits. */
function taken({ failing = false } = {}) {
  const clock = createManualClock();
  const closing = new AbortController();
  const acknowledgements = new Acknowledgements(clock, closing.signal);
  const ends: string[] = [];
  let commits = 0;
  const flush = (): void => {
    commits++;
    if (failing) throw new Error('the disk is full');
  };
  return {
    clock,
    closing,
    acknowledgements,
    ends,
    commits: () => commits,
    settle: (id: number) => acknowledgements.settled(id, flush),
    take: (...ids: number[]) => {
      const name = ids.join('+');
      acknowledgements.written(ids).then(
        () => ends.push(`${name} written`),
        (error: Error) => ends.push(`${name} ${error.message}`),
      );
    },
  };
}

test('answers that are settled soon after each other share a commit', async () => {
  const it = taken();
  it.take(1, 2);
  it.take(3);
  it.take(4);
  for (const id of [1, 3]) it.settle(id);
  await it.clock.pass(30);
  // no part of an answer is acknowledged, and nothing before it is written
  expect([it.commits(), it.ends]).toEqual([0, []]);
  it.settle(2);
  await it.clock.pass(30);
  expect(it.commits()).toBe(1);
  expect(it.ends.toSorted()).toEqual(['1+2 written', '3 written']);
  it.settle(4);
  await it.clock.pass(60);
  expect([it.commits(), it.ends.at(-1)]).toEqual([2, '4 written']);
});

test('many do not wait, so that no coordinator has all its places taken by answers that wait', async () => {
  const it = taken();
  for (let id = 1; id <= 16; id++) it.take(id);
  for (let id = 1; id <= 16; id++) it.settle(id);
  expect(it.commits()).toBe(1);
  await it.clock.pass(0);
  expect(it.ends).toHaveLength(16);
});

test('where the ledger cannot be written, none of them is acknowledged', async () => {
  const it = taken({ failing: true });
  for (const id of [1, 2]) it.take(id);
  for (const id of [1, 2]) it.settle(id);
  await it.clock.pass(60);
  expect(it.ends).toEqual(['1 the disk is full', '2 the disk is full']);
});

test('at the end of a pass what is settled is written at once', async () => {
  const it = taken();
  for (const id of [1, 2]) it.take(id);
  it.settle(1);
  it.closing.abort(new Error('closed'));
  it.acknowledgements.close();
  expect(it.commits()).toBe(1);
  await it.clock.pass(0);
  expect(it.ends).toEqual(['1 written', '2 written']);
});
