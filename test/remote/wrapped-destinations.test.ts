import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { OwnBandwidth } from '../../src/remote/bandwidth.ts';
import { counted, limited, limitedBothWays, withRoot } from '../../src/remote/wrapped-destinations.ts';
import { createManualClock } from '../support/engine/manual-clock.ts';

const call = { signal: new AbortController().signal };
const bytes = (size: number) => ({ size, bytes: new Uint8Array(size) });

test('a counted destination tells of every request when it is over, with its error if it failed', async () => {
  const told: unknown[] = [];
  const stage = createMemoryDestination({ root: 'in/' });
  const destination = counted(stage, (operation, error) => told.push([operation, error !== undefined]));
  await destination.makeFolder('in/', call);
  await destination.put('in/a', bytes(1), call);
  await destination.move('in/a', 'in/b', call);
  await destination.listFolder('in/', call);
  await destination.stat('in/b', call);
  await destination.read('in/b', call);
  await destination.remove('in/b', call);
  await destination.remove('in/b', call).catch(() => undefined);
  expect(told).toEqual([
    ['create_folder', false],
    ['upload', false],
    ['move', false],
    ['list', false],
    ['look', false],
    ['read', false],
    ['remove', false],
    ['remove', true],
  ]);
  const { root, label, words } = destination;
  expect([root, label, words]).toEqual([stage.root, stage.label, stage.words]);
});

test('a limited destination sends uploads no faster than the limit, and all else as it comes', async () => {
  const clock = createManualClock();
  const stage = createMemoryDestination();
  const destination = limited(stage, new OwnBandwidth(clock, 1000));
  expect(destination.words).toBe(stage.words);
  await destination.makeFolder('a/', call);
  const sent = destination.put('a/b', bytes(40_000), call);
  await clock.pass(16_000);
  expect(stage.files.size).toBe(0);
  await clock.pass(60_000);
  await sent;
  expect(stage.files.get('a/b')?.bytes.byteLength).toBe(40_000);
});

test('a destination that is limited both ways sends and reads no faster than the limit, all together', async () => {
  const clock = createManualClock();
  const stage = createMemoryDestination();
  const readFrom = (path: string) => stage.read(path, call);
  const destination = limitedBothWays({ ...stage, readFrom }, new OwnBandwidth(clock, 16_384));
  await stage.put('a', bytes(32_768), call);
  let ended = 0;
  const end = (): void => void ended++;
  const all = [
    destination.put('b', bytes(32_768), call).then(end),
    destination.read('a', call).then(Array.fromAsync).then(end),
    destination.readFrom!('a', 0, call).then(Array.fromAsync).then(end),
  ];
  // the last of six slices begins after five seconds
  await clock.pass(4999);
  expect(ended).toBeLessThan(3);
  await clock.pass(1);
  await Promise.all(all);
  expect(stage.files.get('b')?.bytes.byteLength).toBe(32_768);
});

test('a wrapped destination reads from an offset where the one in it can, and only there', async () => {
  const stage = createMemoryDestination();
  const asked: unknown[] = [];
  const able = {
    ...stage,
    readFrom: async (path: string, offset: number) => {
      asked.push([path, offset]);
      return stage.read(path, call);
    },
  };
  await stage.put('a', bytes(1), call);
  const told: string[] = [];
  const bandwidth = new OwnBandwidth(createManualClock(), 1000);
  for (const wrapped of [
    limited(able, bandwidth),
    withRoot(able, ''),
    counted(able, (each) => told.push(each)),
  ])
    await wrapped.readFrom?.('a', 5, call);
  expect(asked).toEqual([
    ['a', 5],
    ['a', 5],
    ['a', 5],
  ]);
  expect(told).toEqual(['read']);
  expect(limited(stage, bandwidth).readFrom).toBeUndefined();
});

test('a wrapped destination says which names are one, and gives no partial file past what is wrapped around it', async () => {
  const stage = createMemoryDestination();
  const folding = { case: true, forms: false };
  const able = {
    ...stage,
    folding: async () => folding,
    openPartial: () => Promise.reject(new Error('opened')),
  };
  const rooted = withRoot(able, 'a/');
  const others = [limited(able, new OwnBandwidth(createManualClock(), 1000)), counted(able, () => undefined)];
  for (const wrapped of [rooted, ...others]) expect(await wrapped.folding?.()).toEqual(folding);
  await expect(rooted.openPartial?.('a/b', call)).rejects.toThrow('opened');
  expect(others.map(({ openPartial }) => openPartial)).toEqual([undefined, undefined]);
  expect(withRoot(stage, '').openPartial).toBeUndefined();
});
