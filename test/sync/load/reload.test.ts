import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import { createLoadWorld } from '../../support/load/load-world.ts';

test('a changed file is read again once, and its rows are those of its content', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  source.write('b.csv', 'two');
  await world.pass();
  pipelines.batch();
  source.write('a.csv', 'one and more');
  const { report } = await world.pass();
  expect(report.load).toMatchObject({ reloaded: 1, notReloaded: 0 });
  expect(pipelines.dropped).toEqual(['in/a.csv']);
  pipelines.batch();
  expect(pipelines.rows.map(({ content }) => content).sort()).toEqual(['one and more', 'two']);
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
  expect((await world.pass()).report.load).toMatchObject({ unloadedFiles: 0, notReloaded: 0 });
  expect(world.problems()).toEqual([]);
});

test('with warn the file is named with the statement, in each run until it is read again', async () => {
  using world = createLoadWorld();
  const { source, pipelines, engine } = world;
  source.write('a.csv', 'one');
  await world.pass({ reload: 'warn' });
  pipelines.batch();
  source.write('a.csv', 'one and more');
  await world.pass({ reload: 'warn' });
  expect(world.problems()).toEqual(['not_reloaded a.csv']);
  expect(engine.events.findLast(({ type }) => type === 'reload')).toEqual({
    type: 'reload',
    path: 'a.csv',
    pipeline: 'orders',
    statement: "ALTER PIPELINE `orders` DROP FILE 'in/a.csv'",
    sent: false,
  });
  const { report } = await world.pass({ reload: 'warn' });
  expect(world.problems()).toEqual(['not_reloaded a.csv']);
  expect(report.load).toMatchObject({ notReloaded: 1, reloaded: 0 });
  expect(pipelines.dropped).toEqual([]);
  // a person sends it
  await pipelines.dropFile('orders', 'in/a.csv', { signal: new AbortController().signal });
  pipelines.batch();
  await world.pass({ reload: 'warn' });
  expect(world.problems()).toEqual([]);
});

test('a file that the pipeline has not read yet is not dropped, also when it is read later', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  await world.pass();
  source.write('a.csv', 'one and more');
  await world.pass();
  pipelines.batch();
  await world.pass();
  expect(pipelines.dropped).toEqual([]);
  expect(pipelines.readings.map(({ content }) => content)).toEqual(['one and more']);
});

test('while a batch that may have read the old content is under way, the statement waits', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  await world.pass();
  pipelines.beginBatch();
  source.write('a.csv', 'one and more');
  await world.pass();
  expect(pipelines.dropped).toEqual([]);
  pipelines.endBatch();
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
  pipelines.batch();
  expect(pipelines.rows).toEqual([{ path: 'in/a.csv', content: 'one and more' }]);
});

test('a file that was given up is read again once it is mended', async () => {
  using world = createLoadWorld({ pipeline: { skips: (content) => content.includes('bad') } });
  const { source, pipelines } = world;
  source.write('a.csv', 'bad');
  await world.pass();
  pipelines.batch();
  expect((await world.pass()).report.load).toMatchObject({ skipped: 1, unloadedFiles: 1 });
  source.write('a.csv', 'good now');
  await world.pass();
  pipelines.batch();
  expect(pipelines.rows).toEqual([{ path: 'in/a.csv', content: 'good now' }]);
});

test('what moves over a name that was read is read again', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('log.1', 'first');
  await world.pass({}, { removal: 'ours' });
  pipelines.batch();
  source.move('log.1', 'log.2');
  source.write('log.1', 'second!');
  await world.pass({}, { removal: 'ours' });
  pipelines.batch();
  await world.pass({}, { removal: 'ours' });
  expect(pipelines.readings.map(({ path, content }) => `${path} ${content}`).sort()).toEqual([
    'in/log.1 first',
    'in/log.1 second!',
    'in/log.2 first',
  ]);
  expect(pipelines.dropped).toEqual(['in/log.1']);
});

test('a name that was removed and comes again is read again', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('keep', 'k');
  source.write('a.csv', 'one');
  await world.pass({}, { removal: 'ours' });
  pipelines.batch();
  source.remove('a.csv');
  await world.pass({}, { removal: 'ours' });
  source.write('a.csv', 'one again');
  await world.pass({}, { removal: 'ours' });
  pipelines.batch();
  expect(pipelines.rows).toContainEqual({ path: 'in/a.csv', content: 'one again' });
});

test('a table without a key is warned of before the statement', async () => {
  using world = createLoadWorld({ pipeline: { hasUniqueKey: false } });
  const { source, pipelines, engine } = world;
  for (const name of ['a', 'b']) source.write(name, 'one');
  await world.pass();
  pipelines.batch();
  for (const name of ['a', 'b']) source.write(name, 'one and more');
  await world.pass();
  expect(world.problems()).toEqual(['rows_may_double ']);
  const order = engine.events.filter(({ type }) => type === 'problem' || type === 'reload');
  expect(order.map(({ type }) => type)).toEqual(['problem', 'reload', 'reload']);
});

test('a database that is away is told of, and the next run does what is owed', async () => {
  let away = false;
  using world = createLoadWorld({
    pipeline: {
      before: () => {
        if (away) throw unreachable();
      },
    },
  });
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  await world.pass();
  pipelines.batch();
  away = true;
  source.write('a.csv', 'one and more');
  const { error } = await world.pass();
  expect(error).toBeUndefined();
  expect(world.problems()).toEqual(['load_unknown ']);
  away = false;
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
});

test('views that lag hide neither that the old content was read nor that the new one was', async () => {
  using world = createLoadWorld({ pipeline: { lagMs: 1500 } });
  const { source, pipelines, clock } = world;
  source.write('a.csv', 'one');
  await world.pass();
  clock.at += 10_000;
  pipelines.batch();
  source.write('a.csv', 'one and more');
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
  pipelines.batch();
  await world.pass();
  clock.at += 10_000;
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
  expect(pipelines.rows).toEqual([{ path: 'in/a.csv', content: 'one and more' }]);
});

test('nothing is asked of a database by a pass that does not ask for it', async () => {
  using world = createLoadWorld();
  world.source.write('a.csv', 'one');
  await world.pass({}, { load: undefined });
  expect(world.pipelines.calls).toEqual([]);
});

test('what came in passes that did not ask for it is taken in later', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  await world.pass();
  pipelines.batch();
  await world.pass();
  source.write('a.csv', 'one and more');
  await world.pass({}, { load: undefined });
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
});

const unreachable = (): SyncError =>
  new SyncError('database_unreachable', 'no answer', { verdict: 'end_run', fact: 'out_of_reach' });

test('a clock that is set back by an hour keeps no file from being read again', async () => {
  let isAway = false;
  using world = createLoadWorld({
    pipeline: {
      before: () => {
        if (isAway) throw new SyncError('database_unreachable', 'it is away', { verdict: 'retry' });
      },
    },
  });
  const { source, pipelines, clock } = world;
  source.write('a.csv', 'one');
  await world.pass();
  pipelines.batch();
  source.write('a.csv', 'two');
  isAway = true;
  await world.pass();
  clock.at -= 3_600_000;
  isAway = false;
  await world.pass();
  expect(pipelines.dropped).toEqual(['in/a.csv']);
});
