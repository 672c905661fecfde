import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { createLoadWorld } from '../../support/load/load-world.ts';

test('a source ten times the limit passes through, and no more than the limit is ever there', async () => {
  let reads = 0;
  let most = 0;
  using world = createLoadWorld({
    pipeline: {
      before: () => {
        if (++reads % 3 === 0) world.pipelines.batch();
      },
    },
    destination: {
      after: ({ kind }) => {
        if (kind !== 'put') return;
        let bytes = 0;
        for (const file of world.destination.files.values()) bytes += file.bytes.byteLength;
        most = Math.max(most, bytes);
      },
    },
  });
  const { source, pipelines, destination, engine } = world;
  for (let n = 0; n < 100; n++) source.write(`d${n % 7}/f${n}.csv`, `${n}`.padEnd(100, '.'));
  const { report, error } = await world.pass({
    afterLoad: 'remove',
    maxUnloaded: 1000,
    patienceMs: 60_000,
    waitMs: 60_000,
  });
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ uploaded: 100, failed: 0, load: { removed: 100, unloadedFiles: 0 } });
  expect(most).toBeLessThanOrEqual(1000);
  expect(destination.files.size).toBe(0);
  expect(pipelines.rows).toHaveLength(100);
  expect(engine.events.some((event) => event.type === 'unloaded' && event.waits)).toBe(true);
});

test('where nothing is loaded for too long, the rest is left to the next run', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  for (let n = 0; n < 5; n++) source.write(`f${n}.csv`, 'x'.repeat(400));
  const load = { afterLoad: 'remove', maxUnloaded: 1000, patienceMs: 60_000, waitMs: 60_000 } as const;
  const { error, report } = await world.pass(load);
  expect(error).toMatchObject({ code: 'not_loaded' });
  expect(report).toMatchObject({ uploaded: 2, load: { unloadedFiles: 2, unloadedBytes: 800 } });
  expect(destination.files.size).toBe(2);
  for (let round = 0; round < 3; round++) {
    pipelines.batch();
    await world.pass(load);
  }
  pipelines.batch();
  await world.pass(load);
  expect(pipelines.rows).toHaveLength(5);
});

test('with files that stay, what is loaded counts no more', async () => {
  let reads = 0;
  using world = createLoadWorld({
    pipeline: {
      before: () => {
        if (++reads % 3 === 0) world.pipelines.batch();
      },
    },
  });
  for (let n = 0; n < 10; n++) world.source.write(`f${n}.csv`, 'x'.repeat(400));
  const { error, report } = await world.pass({ maxUnloaded: 1000, patienceMs: undefined });
  expect(error).toBeUndefined();
  expect(report.uploaded).toBe(10);
  expect(world.destination.files.size).toBe(10);
});

test('a database that is away for a while while sending pauses is asked again', async () => {
  let [asked, away] = [0, 0];
  using world = createLoadWorld({
    pipeline: {
      before: (call) => {
        if (call === 'states' && ++asked >= 3 && ++away <= 3)
          throw new SyncError('database_unreachable', 'it is away', { verdict: 'retry' });
        if (away > 3) world.pipelines.batch();
      },
    },
  });
  for (let n = 0; n < 10; n++) world.source.write(`f${n}.csv`, 'x'.repeat(400));
  // as in a watch, which waits as long as it takes
  const { error, report } = await world.pass({ maxUnloaded: 1000, patienceMs: undefined });
  expect(error).toBeUndefined();
  expect(report.uploaded).toBe(10);
  expect(world.problems().filter((problem) => problem.includes('load_unknown'))).toHaveLength(1);
});

test('a file larger than the limit goes alone', async () => {
  using world = createLoadWorld();
  world.source.write('large', 'x'.repeat(4000));
  expect((await world.pass({ maxUnloaded: 1000 })).report.uploaded).toBe(1);
});
