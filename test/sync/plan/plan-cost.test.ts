import { expect, onTestFinished, test } from 'vitest';
import { planCost } from '../../../src/sync/plan/plan-cost.ts';
import type { MeasuredPace } from '../../../src/model/pace.ts';
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
  const { cost, estimateMs } = planCost(store, { atOnce: 4, measured: undefined, missingRoots: 2 });
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
  const { cost, estimateMs } = planCost(open(), { atOnce: 4, measured: undefined, missingRoots: 2 });
  expect([cost.calls, estimateMs]).toEqual([0, 0]);
});

test('an estimate goes by what was measured of the destination, and says so', () => {
  const store = open();
  for (let at = 0; at < 100; at++) store.arrivals.add(arrival(`d/${at}`, 1));
  const cost = (measured: MeasuredPace | undefined) =>
    planCost(store, { atOnce: 10, measured, missingRoots: 0 });
  expect(cost(undefined)).toMatchObject({ estimateMs: 10 * 1500 + 1000, estimateFrom: 'usual' });
  expect(cost({ atOnce: 10, listMs: 100 })).toMatchObject({
    estimateMs: 10 * 1500 + 100,
    estimateFrom: 'usual',
  });
  const measured = { atOnce: 10, changeMs: 200, listMs: 100 };
  expect(cost(measured)).toMatchObject({ estimateMs: 10 * 200 + 100, estimateFrom: 'measured' });
  // 101 requests at 10 a second take longer than their answers on 10 lanes
  expect(cost({ ...measured, perSecond: 10 })).toMatchObject({ estimateMs: 10_100 });
});
