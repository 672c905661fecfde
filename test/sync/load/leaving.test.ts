import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { CallOptions } from '../../../src/model/ports.ts';
import { createLoadWorld, type LoadWorld } from '../../support/load/load-world.ts';

const REMOVE = { afterLoad: 'remove' } as const;

test('a loaded file leaves, and is neither missing nor sent again until it changes', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  source.write('b.csv', 'two');
  await world.pass(REMOVE);
  expect([...destination.files.keys()]).toEqual(['in/a.csv', 'in/b.csv']);
  pipelines.batch();
  const left = await world.pass(REMOVE);
  expect(left.report).toMatchObject({ uploaded: 0, removed: 0, load: { removed: 2, removedBytes: 6 } });
  expect([...destination.files.keys()]).toEqual([]);
  const idle = await world.pass(REMOVE);
  expect(idle.report).toMatchObject({ uploaded: 0, unchanged: 2, outcome: 'clean' });
  source.write('a.csv', 'one and more');
  expect((await world.pass(REMOVE)).report).toMatchObject({ uploaded: 1, unchanged: 1 });
  pipelines.batch();
  await world.pass(REMOVE);
  expect([...destination.files.keys()]).toEqual([]);
  expect(pipelines.rows.map(({ content }) => content).sort()).toEqual(['one and more', 'two']);
});

test.each([
  ['a mirror', { removal: 'everything' }],
  ['--delete', { removal: 'ours' }],
  ['no listing', { trustLedger: true }],
  ['a scope', { scope: ['', 'd/'] }],
  ['sizes alone', { compare: 'size-only' }],
  ['contents', { compare: 'content' }],
  ['a dry run', { dryRun: true }],
] as const)('what is loaded and gone needs nothing under %s', async (_, overrides) => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  for (const path of ['a.csv', 'd/b.csv']) source.write(path, 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  await world.pass(REMOVE);
  const { report, error } = await world.pass(REMOVE, overrides);
  expect(error).toBeUndefined();
  expect(report).toMatchObject({ uploaded: 0, removed: 0, moved: 0, failed: 0, skipped: 0 });
  expect([...destination.files.keys()]).toEqual([]);
  expect((await world.pass(REMOVE)).report).toMatchObject({ uploaded: 0, unchanged: 2 });
});

test('a touched file with the same content stays loaded', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('a.csv', 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  await world.pass(REMOVE);
  source.write('a.csv', 'one');
  const { report } = await world.pass(REMOVE);
  expect(report).toMatchObject({ uploaded: 0 });
});

test('only what is told to be loaded with this content leaves', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  // the pipeline has read other content: it is told to read this one first
  source.write('a.csv', 'two');
  await world.pass(REMOVE);
  expect(destination.text('in/a.csv')).toBe('two');
  pipelines.beginBatch();
  await world.pass(REMOVE);
  expect(destination.text('in/a.csv')).toBe('two');
  pipelines.endBatch();
  await world.pass(REMOVE);
  expect(destination.text('in/a.csv')).toBeUndefined();
  expect(pipelines.rows).toEqual([{ path: 'in/a.csv', content: 'two' }]);
});

test('what others have put under the name stays', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  source.write('b.csv', 'two');
  await world.pass(REMOVE);
  pipelines.batch();
  await world.pass(REMOVE);
  destination.place('in/a.csv', 'theirs');
  expect((await world.pass(REMOVE, { removal: 'ours' })).report).toMatchObject({ uploaded: 0, skipped: 0 });
  source.remove('a.csv');
  await world.pass(REMOVE, { removal: 'ours', maxDelete: { count: 0 } });
  expect(destination.text('in/a.csv')).toBe('theirs');
});

test('what others have replaced before it could leave stays', async () => {
  using world = createLoadWorld({
    destination: {
      before: ({ kind }) => {
        if (kind === 'remove') throw new Error('nothing may be removed');
      },
    },
  });
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  destination.place('in/a.csv', 'theirs, and longer');
  await world.pass(REMOVE, { trustLedger: true });
  expect(destination.text('in/a.csv')).toBe('theirs, and longer');
});

test('a file that vanishes from the source once it is loaded is forgotten, and one that comes again is read again', async () => {
  using world = createLoadWorld();
  const { source, pipelines } = world;
  source.write('k', 'k');
  source.write('a.csv', 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  await world.pass(REMOVE);
  source.remove('a.csv');
  await world.pass(REMOVE, { removal: 'ours', maxDelete: { count: 0 } });
  source.write('a.csv', 'new');
  expect((await world.pass(REMOVE)).report.uploaded).toBe(1);
  pipelines.batch();
  await world.pass(REMOVE);
  expect(pipelines.rows).toContainEqual({ path: 'in/a.csv', content: 'new' });
});

test('what was loaded and could not be removed is looked at again before it leaves', async () => {
  let isStuck = true;
  using world = createLoadWorld({
    destination: {
      before: ({ kind }) => {
        if (kind === 'remove' && isStuck)
          throw new SyncError('stage_rejected', 'it is in use', { verdict: 'skip_entry' });
      },
    },
  });
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  await world.pass(REMOVE);
  pipelines.batch();
  await world.pass(REMOVE);
  expect(world.problems()).toEqual(['loaded_and_kept a.csv']);
  // somebody has it read again
  await pipelines.dropFile('orders', 'in/a.csv', { signal: new AbortController().signal });
  isStuck = false;
  expect((await world.pass(REMOVE)).report).toMatchObject({ load: { removed: 0, unloadedFiles: 1 } });
  expect(destination.text('in/a.csv')).toBe('one');
  pipelines.batch();
  await world.pass(REMOVE);
  expect([...destination.files.keys()]).toEqual([]);
});

test('what was there before the first run that asks for it leaves as well', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  await world.pass({}, { load: undefined });
  pipelines.batch();
  await world.pass(REMOVE);
  expect([...destination.files.keys()]).toEqual([]);
});

test('what an earlier run found loaded while files stayed leaves once they are to leave', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  source.write('a.csv', 'one');
  source.write('b.csv', 'two');
  await world.pass();
  pipelines.batch();
  await world.pass();
  expect([...destination.files.keys()]).toEqual(['in/a.csv', 'in/b.csv']);
  await world.pass(REMOVE);
  expect([...destination.files.keys()]).toEqual([]);
});

test('what was sent while there was no pipeline, or while it was made anew, is not loaded, and leaves once it is', async () => {
  let isThere = false;
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  const some = {
    ...pipelines,
    pipelines: async (call: CallOptions) => (isThere ? pipelines.pipelines(call) : []),
  };
  source.write('a.csv', 'one');
  const { report } = await world.pass({ ...REMOVE, pipelines: some });
  expect(report).toMatchObject({ load: { unloadedFiles: 1, loaded: 0 } });
  isThere = true;
  pipelines.batch();
  await world.pass({ ...REMOVE, pipelines: some });
  expect([...destination.files.keys()]).toEqual([]);
});

test('folders of loaded files move and go as others do', async () => {
  using world = createLoadWorld();
  const { source, pipelines, destination } = world;
  for (const path of ['d/a', 'd/b', 'e/c', 'k']) source.write(path, path);
  await world.pass(REMOVE, { removal: 'ours' });
  pipelines.batch();
  await world.pass(REMOVE, { removal: 'ours' });
  source.write('d/new', 'new');
  await world.pass(REMOVE, { removal: 'ours' });
  source.move('d/', 'f/');
  source.remove('e/');
  const { error } = await world.pass(REMOVE, { removal: 'ours' });
  expect(error).toBeUndefined();
  expect([...destination.files.keys()].sort()).toEqual(['in/f/a', 'in/f/b', 'in/f/new']);
  pipelines.batch();
  await world.pass(REMOVE, { removal: 'ours' });
  expect([...destination.files.keys()]).toEqual([]);
  expect((await world.pass(REMOVE, { removal: 'ours' })).report).toMatchObject({ uploaded: 0, unchanged: 4 });
});

test.each(['before', 'after'] as const)(
  'a run that dies right %s a removal is followed by one that sends nothing again',
  async (when) => {
    let kill: AbortController | undefined;
    const dies = ({ kind }: { readonly kind: string }): void => {
      if (kind === 'remove') kill?.abort(new Error('killed'));
      kill?.signal.throwIfAborted();
    };
    using world = createLoadWorld({ destination: { [when]: dies } });
    const { source, pipelines, destination } = world;
    source.write('a.csv', 'one');
    await world.pass(REMOVE);
    pipelines.batch();
    kill = new AbortController();
    await world.pass(REMOVE, { signal: kill.signal });
    expect(destination.files.size).toBe(when === 'after' ? 0 : 1);
    kill = undefined;
    expect((await world.pass(REMOVE)).report).toMatchObject({ uploaded: 0, unchanged: 1 });
    expect(destination.files.size).toBe(0);
    expect(pipelines.readings).toHaveLength(1);
    expect(pipelines.dropped).toEqual([]);
  },
);

test.each([
  ['removed', (world: LoadWorld) => world.source.remove('a.csv')],
  ['moved away', (world: LoadWorld) => world.source.move('a.csv', 'c.csv')],
  ['moved away with its folder', (world: LoadWorld) => world.source.move('d/', 'e/')],
] as const)(
  'a file that comes to a name whose file was %s, in passes that do not ask for loading, leaves only once it is read',
  async (_, leave) => {
    for (const load of [REMOVE, { afterLoad: 'keep' }] as const) {
      using world = createLoadWorld();
      const { source, pipelines, destination } = world;
      for (const path of ['a.csv', 'b.csv', 'd/a.csv']) source.write(path, 'one');
      await world.pass(load);
      pipelines.batch();
      await world.pass(load);
      leave(world);
      await world.pass({}, { load: undefined, removal: 'ours' });
      for (const path of ['a.csv', 'd/a.csv']) source.write(path, 'two');
      await world.pass({}, { load: undefined, removal: 'ours' });
      for (let turn = 0; turn < 4; turn++) {
        await world.pass({ ...REMOVE, reload: 'drop-file' });
        world.clock.at += 10_000;
        pipelines.batch();
        world.clock.at += 10_000;
      }
      await world.pass(REMOVE);
      expect([...destination.files.keys()]).toEqual([]);
      const read = pipelines.readings.filter(({ content }) => content === 'two').map(({ path }) => path);
      expect([...new Set(read)].sort()).toEqual(['in/a.csv', 'in/d/a.csv']);
    }
  },
);
