import { expect, onTestFinished, test } from 'vitest';
import { planCost } from '../../../src/sync/plan/plan-cost.ts';
import type { Arrival } from '../../../src/sync/plan/planned.ts';
import { PlanStore } from '../../../src/sync/plan/store/plan-store.ts';

const arrival = (path: string, size: number): Arrival => ({
  path,
  reason: 'new',
  entry: { kind: 'file', path, size, modifiedMs: 1, version: 'v' },
  replaces: undefined,
  digest: undefined,
});

function open(): PlanStore {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  return store;
}

test('a plan costs its changes, and a listing of each folder that is uploaded to', () => {
  const store = open();
  for (const path of ['a', 'd/1', 'd/2']) store.arrivals.add(arrival(path, 10));
  store.folders.add('d/', 'new');
  store.removals.add({ path: 'x/', reason: 'leftover', files: 2, stamp: '' });
  store.removals.add({ path: 'x/1', reason: 'leftover', files: 1, stamp: '' });
  store.steps.add('outFirst', { from: 'm', to: '~m' });
  store.folderMoves.add({ from: 'f/', to: 'g/', files: 3 });
  store.steps.addFolders();
  store.steps.add('files', { from: 'n', to: 'o' });
  store.steps.add('inLast', { from: '~m', to: 'p' });
  const { cost, estimateMs } = planCost(store, { concurrency: 4, missingRoots: 2 });
  expect(cost).toEqual({
    uploads: 3,
    bytes: 30,
    moves: 4,
    removals: 1,
    foldersCreated: 1,
    // 3 uploads, 4 moves, 1 removal, 1 folder, 2 folders above, 2 listings
    calls: 13,
  });
  // 11 changes by four at a time take three turns, the two listings one
  expect(estimateMs).toBe(3 * 1500 + 1000);
});

test('folders above are not made for a plan that puts nothing there', () => {
  const { cost, estimateMs } = planCost(open(), { concurrency: 4, missingRoots: 2 });
  expect([cost.calls, estimateMs]).toEqual([0, 0]);
});
