import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LoadOptions } from '../../../src/sync/load/load-options.ts';
import { createLoadWorld, type LoadWorld } from '../../support/load/load-world.ts';

const NEW_NAME = { reload: 'new-name' } as const satisfies Partial<LoadOptions>;

/** The lag of views that a pass allows for. */
const LATER_MS = 10_000;

const versionless = (path: string): string => path.replace(/~\d+/, '');
const namesIn = ({ destination }: LoadWorld): string[] => [...destination.files.keys()].sort();

/** A world in which a.csv was loaded, changed and sent. */
async function changed(world: LoadWorld, load: Partial<LoadOptions> = NEW_NAME): Promise<void> {
  world.source.write('a.csv', 'one');
  world.source.write('b.csv', 'two');
  await world.pass(load);
  world.pipelines.batch();
  world.source.write('a.csv', 'six');
  await world.pass(load);
}

const createWorld = (options: Parameters<typeof createLoadWorld>[0] = {}): LoadWorld =>
  createLoadWorld({ ...options, pipeline: { keyOf: versionless, ...options.pipeline } });

test('a changed file gets a new name, is read there once, and nothing is dropped', async () => {
  using world = createWorld();
  const { pipelines, engine } = world;
  await changed(world);
  expect(namesIn(world)).toEqual(['in/a~2.csv', 'in/b.csv']);
  expect(engine.events.findLast(({ type }) => type === 'reload')).toEqual({
    type: 'reload',
    path: 'a.csv',
    pipeline: 'orders',
    name: 'a~2.csv',
    sent: true,
  });
  pipelines.batch();
  const { report } = await world.pass(NEW_NAME);
  expect(report).toMatchObject({
    uploaded: 0,
    moved: 0,
    unchanged: 2,
    load: { unloadedFiles: 0, reloaded: 0 },
  });
  expect(pipelines.dropped).toEqual([]);
  expect(pipelines.rows.map(({ content }) => content).sort()).toEqual(['six', 'two']);
});

test('the version before leaves once the next one is there', async () => {
  using world = createWorld();
  await changed(world);
  world.pipelines.batch();
  world.source.write('a.csv', 'ten');
  await world.pass(NEW_NAME);
  expect(namesIn(world)).toEqual(['in/a~3.csv', 'in/b.csv']);
  expect(world.destination.text('in/a~3.csv')).toBe('ten');
  world.pipelines.batch();
  await world.pass(NEW_NAME);
  expect(world.pipelines.rows.map(({ content }) => content).sort()).toEqual(['ten', 'two']);
});

test.each([
  ['a mirror', { removal: 'everything' }],
  ['--delete', { removal: 'ours' }],
  ['no listing', { trustLedger: true }],
  ['a scope', { scope: ['', 'd/'] }],
  ['sizes alone', { compare: 'size-only' }],
  ['contents', { compare: 'content', verify: 1 }],
  ['a dry run', { dryRun: true }],
  ['no loading', { load: undefined }],
] as const)('a file under another name needs nothing under %s', async (_, overrides) => {
  using world = createWorld();
  await changed(world);
  world.pipelines.batch();
  await world.pass(NEW_NAME);
  const { report, error } = await world.pass(NEW_NAME, overrides);
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ uploaded: 0, removed: 0, moved: 0, failed: 0, skipped: 0, unchanged: 2 });
  expect(namesIn(world)).toEqual(['in/a~2.csv', 'in/b.csv']);
});

test('a file that goes, moves or drifts is the one under the other name', async () => {
  using world = createWorld();
  const { source, destination } = world;
  await changed(world);
  world.pipelines.batch();
  source.move('a.csv', 'c.csv');
  expect((await world.pass(NEW_NAME)).report).toMatchObject({ moved: 1, uploaded: 0 });
  expect(namesIn(world)).toEqual(['in/b.csv', 'in/c.csv']);
  world.pipelines.batch();
  source.write('c.csv', 'ten');
  await world.pass(NEW_NAME);
  expect(namesIn(world)).toEqual(['in/b.csv', 'in/c~2.csv']);
  world.pipelines.batch();
  destination.place('in/c~2.csv', 'others wrote this');
  await world.pass(NEW_NAME);
  expect(destination.text('in/c~3.csv')).toBe('ten');
  expect(world.problems()).toContain('former_version_kept c~2.csv');
  source.remove('c.csv');
  await world.pass(NEW_NAME, { removal: 'ours' });
  expect(namesIn(world)).toEqual(['in/b.csv', 'in/c~2.csv']);
});

test('a limit on removals counts a file under another name', async () => {
  using world = createWorld();
  await changed(world);
  world.source.remove('a.csv');
  const { error } = await world.pass(NEW_NAME, { removal: 'ours', maxDelete: { count: 0 } });
  expect(error?.code).toBe('guard_max_delete');
  expect(namesIn(world)).toEqual(['in/a~2.csv', 'in/b.csv']);
});

test('a folder moves with what is under other names in it', async () => {
  using world = createWorld();
  const { source } = world;
  source.write('d/a.csv', 'one');
  source.write('d/b.csv', 'two');
  await world.pass(NEW_NAME);
  world.pipelines.batch();
  source.write('d/a.csv', 'six');
  await world.pass(NEW_NAME);
  source.move('d/', 'e/');
  expect((await world.pass(NEW_NAME)).report).toMatchObject({ uploaded: 0, failed: 0 });
  expect(namesIn(world)).toEqual(['in/e/a~2.csv', 'in/e/b.csv']);
  expect((await world.pass(NEW_NAME)).report).toMatchObject({ uploaded: 0, unchanged: 2 });
});

test('loaded files leave under whatever name they are', async () => {
  using world = createWorld();
  const load = { ...NEW_NAME, afterLoad: 'remove' } as const;
  await changed(world, load);
  expect(namesIn(world)).toEqual(['in/a~2.csv']);
  world.pipelines.batch();
  expect((await world.pass(load)).report.load).toMatchObject({ removed: 1 });
  expect(namesIn(world)).toEqual([]);
  expect((await world.pass(load)).report).toMatchObject({ uploaded: 0, unchanged: 2 });
  // the pipeline knows the second name
  world.source.write('a.csv', 'ten');
  await world.pass(load);
  expect(namesIn(world)).toEqual(['in/a~3.csv']);
});

test('names of others, of the source, and those that a pipeline knows are left alone', async () => {
  using world = createWorld();
  const { source, destination, pipelines } = world;
  destination.place('in/a~2.csv', 'theirs');
  pipelines.batch();
  destination.place('in/a~3.csv', 'theirs');
  pipelines.batch();
  destination.files.delete('in/a~3.csv');
  source.write('a~4.csv', 'own');
  await changed(world);
  expect(namesIn(world)).toEqual(['in/a~2.csv', 'in/a~4.csv', 'in/a~5.csv', 'in/b.csv']);
  expect(destination.text('in/a~2.csv')).toBe('theirs');
});

test('a name that the source has later is given back, and both are read', async () => {
  using world = createWorld({ pipeline: { keyOf: (path) => path } });
  const { source, destination, pipelines } = world;
  await changed(world);
  source.write('a~2.csv', 'own');
  for (let turn = 0; turn < 4; turn++) {
    await world.pass(NEW_NAME);
    pipelines.batch();
    world.clock.at += LATER_MS;
  }
  expect(
    Object.fromEntries([...destination.files.keys()].map((name) => [name, destination.text(name)])),
  ).toEqual({
    'in/a~2.csv': 'own',
    'in/a~3.csv': 'six',
    'in/b.csv': 'two',
  });
  expect(pipelines.readings.map(({ content }) => content)).toEqual(expect.arrayContaining(['own', 'six']));
});

test('a pipeline whose pattern does not take in the new name is told of, and nothing moves', async () => {
  using world = createWorld({ pipeline: { files: 'in/a.csv' } });
  await changed(world);
  expect(namesIn(world)).toEqual(['in/a.csv', 'in/b.csv']);
  expect(world.problems()).toEqual(['not_reloaded a.csv']);
  // nothing but a person changes it: no run waits for it
  const { error } = await world.pass({ ...NEW_NAME, waitMs: 3_600_000 });
  expect(error?.code).toBe('not_loaded');
  expect(world.clock.at).toBeLessThan(1_700_000_000_000 + 600_000);
});

test('a table without a key is warned of before a file gets a new name', async () => {
  using world = createWorld({ pipeline: { hasUniqueKey: false } });
  await changed(world);
  const events = world.engine.events;
  const warned = events.findIndex((event) => event.type === 'problem' && event.code === 'rows_may_double');
  expect(warned).toBeGreaterThan(-1);
  expect(warned).toBeLessThan(events.findIndex(({ type }) => type === 'reload'));
});

test('with a lost ledger, a version of equal bytes is taken for the file, and nothing is read twice', async () => {
  using world = createWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'first');
  source.write('b.csv', 'two');
  await world.pass(NEW_NAME);
  pipelines.batch();
  source.write('a.csv', 'six');
  await world.pass(NEW_NAME);
  pipelines.batch();
  const readings = pipelines.readings.length;
  rmSync(world.engine.folder, { recursive: true });
  for (let turn = 0; turn < 3; turn++) {
    await world.pass(NEW_NAME, { removal: 'ours' });
    pipelines.batch();
    world.clock.at += LATER_MS;
  }
  expect(namesIn(world)).toEqual(['in/a~2.csv', 'in/b.csv']);
  expect(pipelines.readings).toHaveLength(readings);
  expect((await world.pass(NEW_NAME, { removal: 'ours' })).report).toMatchObject({
    uploaded: 0,
    unchanged: 2,
  });
});

test('with a lost ledger, a version of other bytes stays', async () => {
  using world = createWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'first');
  await world.pass(NEW_NAME);
  pipelines.batch();
  source.write('a.csv', 'six');
  await world.pass(NEW_NAME);
  pipelines.batch();
  source.write('a.csv', 'ten');
  rmSync(world.engine.folder, { recursive: true });
  await world.pass(NEW_NAME, { removal: 'ours' });
  pipelines.batch();
  expect(destination.text('in/a~2.csv')).toBe('six');
  expect(destination.text('in/a~3.csv')).toBe('ten');
});
