import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { carryOut } from '../../../src/cluster/queue/worker/carry-out.ts';
import type { Batch } from '../../../src/cluster/queue/wire/batch.ts';

const batch: Batch = {
  id: 'run-1-0',
  pair: 'pair',
  run: 'run',
  from: '/data',
  to: 'stage://some/in',
  service: 'https://api.example.com',
  followSymlinks: false,
  archived: 'report',
  items: [1, 2].map((id) => ({
    id,
    entry: { kind: 'file', path: `${id}.csv`, size: 1, version: '1:1', modifiedMs: 1 },
    to: `in/${id}.csv`,
    mayLook: true,
    urgent: false,
    readsBack: false,
  })),
};

const carriedOut = (transfer: () => Promise<unknown>, lost: AbortSignal) =>
  carryOut({
    batch,
    transfers: { executor: { transfer: transfer as never }, hasArrived: async () => false, requests: 0 },
    redelivered: false,
    lost,
    worker: 'worker',
  });

test('a batch that is over leaves nothing behind: what listens to a signal would be kept for as long as the worker runs', async () => {
  const lost = new AbortController();
  const { outcomes } = await carriedOut(async () => ({ digest: undefined }), lost.signal);
  expect(outcomes.map(({ id }) => id)).toEqual([1, 2]);
  expect(getEventListeners(lost.signal, 'abort')).toEqual([]);
});

test('nor does one that was lost in the middle', async () => {
  const lost = new AbortController();
  const under = carriedOut(() => new Promise(() => undefined), lost.signal);
  lost.abort(new Error('somebody else has it'));
  await expect(under).rejects.toThrow('somebody else has it');
  expect(getEventListeners(lost.signal, 'abort')).toEqual([]);
});
