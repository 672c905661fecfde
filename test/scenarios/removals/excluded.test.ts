import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { startDaemon } from '../../support/cli/daemon.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import {
  excluding,
  REMOVING,
  sharedTarget,
  type Mode,
  type SharedTarget,
} from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

const MODES = Object.entries(REMOVING).map(([name, mode], i) => [name, mode, i] as const);
/** Of what is not asked of each mode by day: one mode in four, another one for each test. */
const byDay = (i: number, nth: number): boolean => NIGHTLY || i % 4 === nth;
const NO_LOGS = excluding('*.log', 'private/', '!private.csv');

/** Folders of ours in which others, and earlier runs without the filter, left what is excluded. */
async function withExcluded(options: Parameters<typeof sharedTarget>[0] = {}): Promise<SharedTarget> {
  const target = await sharedTarget({ ...options, filter: NO_LOGS });
  target.ours('a.csv', 'b.csv', 'dir/x.csv', 'dir/sub/y.csv', 'dir/sub/deep/er/z.csv', 'dir/sub/once.log');
  // the filter is newer than the first run
  expect((await target.run({ filter: excluding() })).outcome).toBe('clean');
  await target.theirs('dir/sub/deep/er/secret.log');
  await target.theirs('dir/private/p.csv');
  await target.theirs('dir/sub/private/');
  expect((await target.run()).outcome).toBe('clean');
  return target;
}

const KEPT = ['dir/sub/deep/er/secret.log', 'dir/private/p.csv', 'dir/sub/private/', 'dir/sub/once.log'];
const KEPT_CONTENTS = {
  'dir/sub/deep/er/secret.log': 'theirs: dir/sub/deep/er/secret.log',
  'dir/private/p.csv': 'theirs: dir/private/p.csv',
  'dir/sub/once.log': 'ours: dir/sub/once.log',
};

async function expectUntouched(target: SharedTarget): Promise<void> {
  expect(await target.names()).toEqual(expect.arrayContaining(KEPT));
  expect(await target.contents()).toMatchObject(KEPT_CONTENTS);
  expect(await target.hidden()).toEqual([]);
}

describe.each(MODES)('what is excluded is never removed, moved along or overwritten: %s', (_, mode, i) => {
  test('its folder is removed at the source', async () => {
    await using target = await withExcluded();
    target.source.remove('dir/');
    const run = await target.run(mode);
    await expectUntouched(target);
    expect(run.outcome).not.toBe('failures');
    const names = await target.names();
    for (const path of ['dir/x.csv', 'dir/sub/y.csv', 'dir/sub/deep/er/z.csv'])
      expect(names).not.toContain(path);
    expect((await target.run(mode)).report).toMatchObject({ removed: 0, moved: 0, failed: 0 });
    await expectUntouched(target);
  });

  test('its folder is renamed at the source', async () => {
    await using target = await withExcluded();
    target.source.move('dir/', 'moved/');
    const run = await target.run(mode);
    await expectUntouched(target);
    expect(run.outcome).not.toBe('failures');
    const names = await target.names();
    expect(names).toEqual(
      expect.arrayContaining(['moved/x.csv', 'moved/sub/y.csv', 'moved/sub/deep/er/z.csv']),
    );
    expect(names).not.toContain('moved/sub/once.log');
    expect(names).not.toContain('moved/sub/deep/er/secret.log');
    expect(names).not.toContain('dir/x.csv');
  });

  test('a file takes the name of its folder: that file fails with a clear error', async () => {
    await using target = await withExcluded();
    target.source.remove('dir/');
    target.source.write('dir', 'now a file');
    const run = await target.run(mode);
    await expectUntouched(target);
    expect(run.outcome).toBe('failures');
    expect(run.problems).toContain('failure in_the_way dir');
  });

  test.runIf(byDay(i, 0))('its folder swaps names with another', async () => {
    await using target = await withExcluded();
    target.ours('other/o.csv', 'other/sub/p.csv');
    await target.run();
    target.source.move('dir/', 'aside/');
    target.source.move('other/', 'dir/');
    target.source.move('aside/', 'other/');
    const run = await target.run(mode);
    await expectUntouched(target);
    expect(run.outcome).not.toBe('failures');
    const names = await target.names();
    expect(names).toEqual(
      expect.arrayContaining(['other/x.csv', 'other/sub/y.csv', 'dir/o.csv', 'dir/sub/p.csv']),
    );
    expect(names).not.toContain('other/sub/once.log');
  });

  test.runIf(byDay(i, 1))('its folder moves into itself, and its parent away', async () => {
    await using target = await withExcluded();
    target.source.move('dir/', 'aside/');
    target.source.move('aside/', 'dir/dir/');
    const run = await target.run(mode);
    await expectUntouched(target);
    expect(run.outcome).not.toBe('failures');
    expect(await target.names()).toEqual(
      expect.arrayContaining(['dir/dir/x.csv', 'dir/dir/sub/deep/er/z.csv']),
    );
    target.source.move('dir/dir/', 'up/dir/');
    await target.run(mode);
    await expectUntouched(target);
  });

  test.runIf(byDay(i, 2))(
    'a folder takes the name of an excluded file: what is below fails with a clear error',
    async () => {
      const filter = excluding('thing', '!thing/');
      await using target = await sharedTarget({ filter });
      target.ours('a.csv', 'b.csv');
      await target.run();
      await target.theirs('thing');
      target.ours('thing/a.csv', 'thing/sub/b.csv');
      const run = await target.run(mode);
      expect(await target.contents()).toMatchObject({ thing: 'theirs: thing' });
      expect(run.outcome).toBe('failures');
      // where Stage was not listed before, it is Stage that says so
      const said = mode.trustLedger === true || mode.by === 'hints' ? 'stage_exists' : 'in_the_way';
      expect(run.problems).toContain(`failure ${said} thing/`);
    },
  );

  test.runIf(byDay(i, 3))('a file takes the name of an excluded folder', async () => {
    await using target = await sharedTarget({ filter: excluding('cache/') });
    target.ours('a.csv', 'b.csv');
    await target.run();
    await target.theirs('cache/c.csv');
    target.ours('cache');
    const run = await target.run(mode);
    expect(await target.contents()).toMatchObject({ 'cache/c.csv': 'theirs: cache/c.csv' });
    expect(run.outcome).toBe('failures');
  });
});

const REFUSING = {
  'moves of folders': { moveFolder: 409 },
  'removals of full folders': { removeFullFolder: 409 },
  'uploads over files': { putOverExisting: 409 },
  'nothing, and moves replace files': { moveOverExisting: 'overwrite' },
  'times at moves': { moveTouches: true },
  'times at all': { timestamps: 'missing' },
} as const;

describe.each(Object.entries(REFUSING))(
  'on a Stage that refuses %s, what is excluded stays too',
  (_, behaviour) => {
    test.each(['--delete', '--mirror', '--delete, by the hints of a watch'])('%s', async (name) => {
      await using target = await withExcluded({ behaviour });
      target.source.remove('dir/');
      await target.run(REMOVING[name]);
      await expectUntouched(target);
      expect(await target.names()).not.toContain('dir/x.csv');
    });

    test('and is not moved along', async () => {
      await using target = await withExcluded({ behaviour });
      target.source.move('dir/', 'moved/');
      await target.run({ removal: 'ours' });
      await expectUntouched(target);
      expect(await target.names()).not.toContain('moved/sub/once.log');
    });
  },
);

test.each(['', 'deep/er/target/'])(
  'DEST %j: what is excluded is neither removed nor moved along',
  async (root) => {
    await using target = await withExcluded({ root });
    target.source.move('dir/', 'moved/');
    await target.run({ removal: 'everything' });
    await expectUntouched(target);
    target.source.remove('moved/');
    await target.run({ removal: 'everything' });
    await expectUntouched(target);
    expect(await target.names()).not.toContain('moved/');
  },
);

test('without --delete a renamed folder leaves behind what is excluded, and nothing of it goes along', async () => {
  await using target = await withExcluded();
  target.source.move('dir/', 'moved/');
  await target.run();
  await expectUntouched(target);
  expect(await target.names()).toContain('moved/x.csv');
  expect(await target.names()).not.toContain('moved/sub/once.log');
});

describe('--delete-excluded goes further', () => {
  const further = (mode: Mode): Mode => ({ ...mode, deleteExcluded: true });

  test('with --delete it removes what an earlier run put there, and nothing of others', async () => {
    await using target = await withExcluded();
    await target.run(further({ removal: 'ours' }));
    const names = await target.names();
    expect(names).not.toContain('dir/sub/once.log');
    expect(names).toEqual(
      expect.arrayContaining(['dir/sub/deep/er/secret.log', 'dir/private/p.csv', 'dir/x.csv']),
    );
  });

  test('with --mirror it removes what others put there, too', async () => {
    await using target = await withExcluded();
    await target.run(further({ removal: 'everything' }));
    expect(await target.names()).toEqual([
      'a.csv',
      'b.csv',
      'dir/',
      'dir/sub/',
      'dir/sub/deep/',
      'dir/sub/deep/er/',
      'dir/sub/deep/er/z.csv',
      'dir/sub/y.csv',
      'dir/x.csv',
    ]);
  });

  test('a folder then goes with everything that is excluded', async () => {
    await using target = await withExcluded();
    target.source.remove('dir/');
    await target.run(further({ removal: 'everything' }));
    expect(await target.names()).toEqual(['a.csv', 'b.csv']);
  });

  test('names of other runs stay all the same', async () => {
    await using target = await withExcluded();
    await target.theirs('dir/.stagesync-other/0-new-x.csv');
    target.source.remove('dir/');
    await target.run(further({ removal: 'everything' }));
    expect(await target.names()).toContain('dir/.stagesync-other/0-new-x.csv');
  });
});

/** data/ in step with a Stage on which others have a log in each folder. */
async function logged(ignoreFile: boolean) {
  const stage = await servedStage();
  const { cli, address, emulator } = stage;
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    'data/b.csv': 'b',
    'data/dir/x.csv': 'x',
    'data/dir/sub/y.csv': 'y',
    ...(ignoreFile && { 'data/.stagesyncignore': '*.log\n' }),
  });
  const filter = ignoreFile ? [] : ['--exclude', '*.log'];
  expect((await commandInside(cli, ['sync', 'data', address, ...filter])).status).toBe(0);
  const http = new StageHttp(emulator);
  await http.put('target/dir/sub/keep.log', 'theirs');
  return { stage, filter, http, data: join(cli.folder, 'data') };
}

const BY_COMMAND = [
  ['--delete', '--exclude'],
  ['--mirror', '--exclude'],
  ['--mirror', '.stagesyncignore'],
  ['--delete --trust-ledger', '.stagesyncignore'],
  ['--mirror --atomic --publish-set --marker _DONE', '--exclude'],
] as const;

test.each(BY_COMMAND)(
  'the command with %s and %s leaves an excluded file in a folder that goes',
  async (flags, by) => {
    const { stage, filter, http, data } = await logged(by === '.stagesyncignore');
    await using _ = stage;
    await rm(join(data, 'dir'), { recursive: true });
    const run = await stage.cli.run(['sync', 'data', stage.address, ...flags.split(' '), ...filter]);
    expect(run.status).toBe(0);
    // a listing shows why the folder stays; where there was none, the look before it goes does
    if (flags.includes('--trust-ledger'))
      expect(run.stderr).toMatch(/warning: dir\/.*: not removed.*keep\.log/);
    expect((await http.download('target/dir/sub/keep.log')).text).toBe('theirs');
    expect(Object.keys(await stage.snapshot())).not.toContain('dir/x.csv');
  },
);

test('the command ends with status 3 and a clear error where a file takes the name of a folder that holds an excluded file', async () => {
  const { stage, filter, http, data } = await logged(false);
  await using _ = stage;
  await rm(join(data, 'dir'), { recursive: true });
  await writeFile(join(data, 'dir'), 'a file');
  const run = await stage.cli.run(['sync', 'data', stage.address, '--mirror', ...filter]);
  expect(run.status).toBe(3);
  expect(run.stderr).toMatch(/failed: dir: .*a folder of this name that stays.*excluded/);
  expect((await http.download('target/dir/sub/keep.log')).text).toBe('theirs');
  const dry = await stage.cli.run(['sync', 'data', stage.address, '--mirror', '--dry-run', ...filter]);
  expect(dry.status).toBe(3);
});

test('a plan that is applied leaves an excluded file that came after the plan was made', async () => {
  const { stage, filter, http, data } = await logged(false);
  await using _ = stage;
  await http.send('DELETE', 'target/dir/sub/keep.log');
  await rm(join(data, 'dir'), { recursive: true });
  const planned = await stage.cli.run([
    'plan',
    'data',
    stage.address,
    '--mirror',
    ...filter,
    '-o',
    'plan.json',
  ]);
  expect(planned.status).toBe(0);
  await http.put('target/dir/sub/later.log', 'theirs');
  await stage.cli.run(['apply', 'plan.json']);
  expect((await http.download('target/dir/sub/later.log')).text).toBe('theirs');
});

test.each(['--delete', '--mirror'])(
  'a watch with %s leaves an excluded file in folders that go, move and become files',
  async (flag) => {
    const { stage, filter, http, data } = await logged(false);
    await using _ = stage;
    await writeTree(data, { 'gone/g.csv': 'g', 'kind/k.csv': 'k' });
    await using daemon = await startDaemon(stage.cli, [
      'data',
      stage.address,
      flag,
      '--settle',
      '100ms',
      ...filter,
    ]);
    const becomes = (path: string, there: boolean) =>
      vi.waitFor(async () => expect(Object.hasOwn(await stage.snapshot(), path)).toBe(there), {
        timeout: 20_000,
      });
    await becomes('kind/k.csv', true);
    await daemon.atRest();
    await http.put('target/gone/keep.log', 'theirs');
    await http.put('target/kind/keep.log', 'theirs');
    await rename(join(data, 'dir'), join(data, 'moved'));
    await becomes('moved/sub/y.csv', true);
    await rm(join(data, 'gone'), { recursive: true });
    await becomes('gone/g.csv', false);
    await rm(join(data, 'kind'), { recursive: true });
    await writeFile(join(data, 'kind'), 'a file');
    await mkdir(join(data, 'more'));
    await becomes('more/', true);
    for (const folder of ['dir/sub', 'gone', 'kind'])
      expect((await http.download(`target/${folder}/keep.log`)).text, folder).toBe('theirs');
  },
);
