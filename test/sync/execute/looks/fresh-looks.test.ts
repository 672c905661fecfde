import { expect, test } from 'vitest';
import type { DestinationChild } from '../../../../src/model/entry.ts';
import { SyncError } from '../../../../src/model/errors.ts';
import type { Clock } from '../../../../src/model/ports.ts';
import { FreshLooks } from '../../../../src/sync/execute/looks/fresh-looks.ts';
import { createTestClock } from '../../../support/engine/engine.ts';
import { createManualClock } from '../../../support/engine/manual-clock.ts';
import { createMemoryDestination } from '../../../../src/destinations/memory/memory-destination.ts';
import { openRemote } from '../../../support/engine/open-remote.ts';

function looking(
  listed?: (children: readonly DestinationChild[]) => readonly DestinationChild[],
  clock: Clock = createTestClock(),
) {
  const hooks: { before?: () => void | Promise<void> } = {};
  const memory = createMemoryDestination({ root: 'in/', before: () => hooks.before?.() });
  memory.folders.add('in/');
  for (let folder = 0; folder < 100; folder++) memory.folders.add(`in/f${folder}/`);
  const stage = {
    ...memory,
    listFolder: async (...call: Parameters<typeof memory.listFolder>) => {
      const children = await memory.listFolder(...call);
      return listed === undefined || children === undefined ? children : listed([...children]);
    },
  };
  const looks = new FreshLooks(openRemote(stage), clock);
  return { stage, looks, hooks, listed: () => stage.calls.splice(0).map(({ path }) => path) };
}

test('one listing serves all files of a folder, at the same time and one after the other', async () => {
  const { stage, looks, listed } = looking();
  stage.place('in/d/1', 'abc', 7);
  stage.place('in/d/2', 'abcd', 8);
  const found = await Promise.all([looks.at('d/1'), looks.at('d/2'), looks.at('d/3')]);
  expect(found).toMatchObject([
    { shown: { size: 3, modifiedMs: 7 } },
    { shown: { size: 4, modifiedMs: 8 } },
    { shown: undefined },
  ]);
  await looks.at('d/1');
  expect(listed()).toEqual(['in/d/']);
});

test('each folder is listed for itself, and one that is not there has nothing', async () => {
  const { stage, looks, listed } = looking();
  stage.place('in/d/1', 'abc');
  stage.place('in/top', 'abc');
  expect(await looks.at('d/e/1')).toEqual({ shown: undefined });
  expect(await looks.at('top')).toMatchObject({ shown: { size: 3 } });
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 3 } });
  expect(listed()).toEqual(['in/d/e/', 'in/', 'in/d/']);
});

test('a look goes stale with time, and with a new phase', async () => {
  const clock = createTestClock();
  const { stage, looks, listed } = looking(undefined, clock);
  stage.place('in/d/1', 'abc');
  await looks.at('d/1');
  clock.at += 4999;
  await looks.at('d/1');
  expect(listed()).toHaveLength(1);
  clock.at += 1;
  stage.place('in/d/1', 'longer');
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 6 } });
  looks.forget();
  stage.place('in/d/1', 'longer still');
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 12 } });
});

test('a look anew does not count what was seen of its folder before, and the next share it', async () => {
  const { stage, looks, listed } = looking();
  stage.place('in/d/1', 'abc');
  stage.place('in/d/2', 'abc');
  await looks.at('d/1');
  stage.place('in/d/1', 'longer');
  expect(await looks.at('d/1', { anew: true })).toMatchObject({ shown: { size: 6 } });
  await looks.at('d/2');
  expect(listed()).toEqual(['in/d/', 'in/d/']);
});

test('a file that somebody changed six seconds after a look is seen as it is now, whatever the machine’s clock was set to', async () => {
  const clock = createManualClock();
  const { stage, looks, listed } = looking(undefined, clock);
  stage.place('in/d/1', 'abc', 7);
  stage.place('in/d/2', 'abc', 7);
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 3, modifiedMs: 7 } });
  clock.set(clock.now() - 3_600_000);
  await clock.pass(6000);
  stage.place('in/d/2', 'ABC', 8);
  expect(await looks.at('d/2')).toMatchObject({ shown: { size: 3, modifiedMs: 8 } });
  expect(listed()).toEqual(['in/d/', 'in/d/']);
});

test('a listing that takes long counts from when it was asked for: what changed since may not be in it', async () => {
  const clock = createManualClock();
  const { stage, looks, hooks } = looking(undefined, clock);
  stage.place('in/d/1', 'abc');
  const { signal } = new AbortController();
  hooks.before = () => clock.sleep(6000, signal);
  const first = looks.at('d/1');
  await clock.pass(6000);
  expect(await first).toMatchObject({ shown: { size: 3 } });
  delete hooks.before;
  stage.place('in/d/1', 'longer');
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 6 } });
});

test('a folder is not taken for a file of its name', async () => {
  const { stage, looks } = looking();
  stage.place('in/d/1/x', 'abc');
  expect(await looks.at('d/1')).toEqual({ shown: undefined });
});

test('a file is seen beside a folder of its name, in whatever order they are listed', async () => {
  for (const order of [1, -1]) {
    const { stage, looks } = looking((children) => (order === 1 ? children : children.toReversed()));
    stage.place('in/d/1', 'abc');
    stage.folders.add('in/d/1/');
    expect(await looks.at('d/1')).toMatchObject({ shown: { size: 3 } });
  }
});

test('a listing that failed is made again for the next who asks', async () => {
  const { stage, looks, hooks } = looking();
  stage.place('in/d/1', 'abc');
  hooks.before = () => {
    throw new SyncError('stage_unavailable', 'not now', { verdict: 'retry' });
  };
  await expect(looks.at('d/1')).rejects.toMatchObject({ code: 'stage_unavailable' });
  delete hooks.before;
  expect(await looks.at('d/1')).toMatchObject({ shown: { size: 3 } });
});

test('memory is that of some folders: the oldest look is dropped', async () => {
  const { looks, listed } = looking();
  for (let folder = 0; folder < 100; folder++) await looks.at(`f${folder}/x`);
  expect(listed()).toHaveLength(100);
  await looks.at('f99/x');
  expect(listed()).toEqual([]);
  await looks.at('f0/x');
  expect(listed()).toEqual(['in/f0/']);
});

const problem = { code: 'listing_unclear', severity: 'failure', message: 'garbled' } as const;

test('what the listing cannot tell is unclear: the file itself, or any of its folder that is not shown', async () => {
  const garbled: DestinationChild = { kind: 'unknown', name: '1', problem };
  const one = looking((children) => [...children, garbled]);
  one.stage.place('in/d/2', 'abc');
  expect(await one.looks.at('d/1')).toEqual({ unclear: 'garbled' });
  expect(await one.looks.at('d/3')).toEqual({ shown: undefined });
  const any = looking((children) => [...children, { ...garbled, name: '?', anywhere: true }]);
  any.stage.place('in/d/2', 'abc');
  expect(await any.looks.at('d/1')).toEqual({ unclear: 'garbled' });
  expect(await any.looks.at('d/2')).toMatchObject({ shown: { size: 3 } });
});
