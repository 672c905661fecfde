import { expect, test } from 'vitest';
import { Acknowledgements } from '../../../src/cluster/queue/coordinator/acknowledgements.ts';
import { Answers } from '../../../src/cluster/queue/coordinator/answers.ts';
import { Outstanding, type Pending } from '../../../src/cluster/queue/coordinator/outstanding.ts';
import type { Batch, BatchAnswer } from '../../../src/cluster/queue/wire/batch.ts';
import { readAnswer } from '../../../src/cluster/queue/wire/read-answer.ts';
import { fromWireError, toWireError, type WireError } from '../../../src/cluster/queue/wire/wire-error.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { createTurnClock } from '../../support/cluster/turn-clock.ts';
import type { FileEntry } from '../../../src/model/entry.ts';

const gone = (inDoubt = false): SyncError =>
  new SyncError('entry_gone', 'a is gone from the source since it was listed', {
    verdict: 'skip_entry',
    fact: 'gone',
    operation: 'read',
    path: 'a',
    inDoubt,
  });

const ENTRY: FileEntry = { kind: 'file', path: 'a', size: 1, version: '1', modifiedMs: 1 };

/** One file that is sent again and again while a worker says that it is gone. `here`: what the source says from here. */
async function askedTimes(
  here: () => Promise<void>,
  { error = gone(), draining = new AbortController().signal, isRefused = false, wasForgotten = false } = {},
) {
  const outstanding = new Outstanding();
  const told = Promise.withResolvers<unknown>();
  let times = 0;
  const ship = (pending: Pending): void => {
    times++;
    const id = `batch${times}`;
    outstanding.add({ batch: { id } as Batch, items: [pending], shippedMs: 0 });
    // three looks in a row miss it
    if (wasForgotten) for (let look = 0; look < 3; look++) outstanding.seen([id], new Map());
    const outcomes = isRefused ? [] : [{ id: 1, error: toWireError(error) }];
    const refused = isRefused ? { refused: toWireError(error), seesOthers: true } : {};
    const answer: BatchAnswer = {
      batch: id,
      run: 'run',
      worker: 'w',
      redelivered: false,
      outcomes,
      ...refused,
    };
    void answers.take(answer);
  };
  const answers = new Answers({
    outstanding,
    acknowledgements: new Acknowledgements(createTurnClock(), new AbortController().signal),
    counts: { batches: 0, requests: 0, reshipped: 0, duplicates: 0, redelivered: 0 },
    draining,
    signal: new AbortController().signal,
    source: { check: here },
    onFreed: () => undefined,
    onAgain: ship,
    onRefused: (_, { why }) => told.reject(why),
  });
  const transfer = { id: 1, entry: ENTRY, to: 'in/a', mayLook: true, urgent: false, readsBack: false };
  ship({ transfer, resolve: told.resolve, reject: told.reject });
  return {
    error: await told.promise.then(
      () => undefined,
      (reason: unknown) => reason,
    ),
    times,
  };
}

const isThere = (): Promise<void> => Promise.resolve();
const isGone = (): Promise<void> => Promise.reject(gone());

test('a file that a worker does not see, and that is there, is sent again, and then said to be that worker’s trouble', async () => {
  const { error, times } = await askedTimes(isThere);
  expect(times).toBe(3);
  // it says nothing of the source: removals do not follow
  expect(error).toMatchObject({ code: 'entry_unreadable', fact: undefined, inDoubt: false });
  expect((error as Error).message).toMatch(
    /^the worker w does not see a as it was listed, and here it is there/,
  );
});

test('a file that is gone here, too, is gone', async () => {
  expect(await askedTimes(isGone)).toMatchObject({ times: 1, error: { code: 'entry_gone', fact: 'gone' } });
});

test('one that may be there all the same is not sent again, and stays in doubt', async () => {
  const { error, times } = await askedTimes(isThere, { error: gone(true) });
  expect([times, error]).toMatchObject([1, { code: 'entry_unreadable', inDoubt: true }]);
});

test('of a batch that the broker had forgotten an error may be that of a delivery that knew of no other', async () => {
  const taken = new SyncError('stage_exists', 'a is there', { verdict: 'skip_entry', fact: 'taken' });
  expect(await askedTimes(isThere, { error: taken })).toMatchObject({ error: { inDoubt: false } });
  expect(await askedTimes(isThere, { error: taken, wasForgotten: true })).toMatchObject({
    error: { code: 'stage_exists', inDoubt: true },
  });
});

test('where nothing can be told from here, the worker is not believed either', async () => {
  const { error } = await askedTimes(() => Promise.reject(new Error('the disk is away')));
  expect(error).toMatchObject({ code: 'entry_unreadable', fact: undefined });
});

test('a run that drains sends it no more', async () => {
  const reason = new Error('told to stop');
  const draining = AbortSignal.abort(reason);
  expect(await askedTimes(isThere, { draining })).toEqual({ times: 1, error: reason });
});

test('a batch that every worker refuses since it sees none of its files ends the run only where they are there', async () => {
  expect(await askedTimes(isGone, { isRefused: true })).toMatchObject({ error: { fact: 'gone' } });
  expect(await askedTimes(isThere, { isRefused: true })).toMatchObject({ error: { code: 'entry_gone' } });
});

test.each([
  ['nothing', undefined],
  ['no outcomes', { batch: 'b', run: 'r', worker: 'w', redelivered: false }],
  [
    'an outcome that tells nothing',
    { batch: 'b', run: 'r', worker: 'w', redelivered: false, outcomes: [{ id: 1 }] },
  ],
  [
    'an error without a verdict',
    { batch: 'b', run: 'r', worker: 'w', redelivered: false, outcomes: [{ id: 1, error: { code: 'x' } }] },
  ],
])('what is no answer is none: %s', (_, data) => {
  expect(readAnswer(data)).toBeUndefined();
});

test('an error in words of a later version is told with its sentence, in doubt, and ends with no status of success', () => {
  const words = { code: 'stage_melted', fact: 'molten', operation: 'pour' } as unknown as WireError;
  const error = fromWireError({ ...toWireError(gone()), ...words }, 'w');
  expect(error).toMatchObject({
    code: 'destination_unclear',
    fact: undefined,
    operation: undefined,
    inDoubt: true,
  });
  expect(error.message).toBe(gone().message);
});
