import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { REMOVING, sharedTarget, type Mode, type SharedTarget } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

const FOREIGN = [
  'dir/theirs.csv',
  'dir/sub/theirs.csv',
  'dir/new/deep/theirs.csv',
  'dir/empty/',
  'dir/sub/empty/',
];
const CHANGED = ['dir/sub/y.csv'];
const OTHER_RUN = ['dir/.stagesync-zzzzzzzz-0-new-q.csv', 'dir/sub/.stagesync-zzzzzzzz-0/1-new-r.csv'];

/** A folder of ours into which others put files, changed one, and another run hid something. */
async function mixed(options: Parameters<typeof sharedTarget>[0] = {}): Promise<SharedTarget> {
  const target = await sharedTarget(options);
  target.ours(
    'a.csv',
    'b.csv',
    'dir/x.csv',
    'dir/sub/y.csv',
    'dir/sub/z.csv',
    'pure/p.csv',
    'pure/sub/q.csv',
  );
  expect((await target.run()).outcome).toBe('clean');
  for (const path of [...FOREIGN, ...CHANGED, ...OTHER_RUN]) await target.theirs(path);
  return target;
}

async function expectThere(target: SharedTarget, paths: readonly string[]): Promise<void> {
  const contents = await target.contents();
  expect(await target.names()).toEqual(expect.arrayContaining([...paths]));
  for (const path of paths) if (!path.endsWith('/')) expect(contents[path]).toBe(`theirs: ${path}`);
}

/** What a mode may not touch: a mirror that listed Stage removes what is foreign, but never another run's. */
const untouchable = (mode: Mode): string[] =>
  mode.removal === 'everything' && mode.trustLedger !== true && mode.by !== 'hints'
    ? OTHER_RUN
    : [...FOREIGN, ...CHANGED, ...OTHER_RUN];

const ALL: Readonly<Record<string, Mode>> = {
  ...REMOVING,
  'nothing is removed': { removal: 'none' },
  'nothing is removed, by the hints of a watch': { removal: 'none', by: 'hints' },
};

describe.each(Object.entries(ALL))(
  'what is foreign, changed or of another run stays where it is: %s',
  (_, mode) => {
    const removes = mode.removal !== 'none';

    test('in a folder that goes', async () => {
      await using target = await mixed();
      target.source.remove('dir/');
      target.source.remove('pure/');
      const run = await target.run(mode);
      await expectThere(target, untouchable(mode));
      expect(run.outcome).not.toBe('failures');
      const names = await target.names();
      expect(names.includes('dir/x.csv')).toBe(!removes);
      expect(names.includes('pure/')).toBe(!removes);
      await target.run(mode);
      await expectThere(target, untouchable(mode));
    });

    test('in a folder that moves', async () => {
      await using target = await mixed();
      target.source.move('dir/', 'moved/');
      target.source.move('pure/', 'else/pure/');
      const run = await target.run(mode);
      await expectThere(target, untouchable(mode));
      expect(run.outcome).not.toBe('failures');
      const contents = await target.contents();
      expect(contents).toMatchObject({
        'moved/x.csv': 'ours: dir/x.csv',
        'moved/sub/y.csv': 'ours: dir/sub/y.csv',
        'moved/sub/z.csv': 'ours: dir/sub/z.csv',
        'else/pure/p.csv': 'ours: pure/p.csv',
        'else/pure/sub/q.csv': 'ours: pure/sub/q.csv',
      });
      expect(Object.keys(contents).filter((path) => path.startsWith('moved/'))).toHaveLength(3);
    });

    test('in a folder that becomes a file', async () => {
      await using target = await mixed();
      target.source.remove('dir/');
      target.source.write('dir', 'a file now');
      const run = await target.run(mode);
      await expectThere(target, untouchable(mode));
      // what another run hides keeps the folder there even under --mirror
      expect(run.outcome).toBe('failures');
      expect(run.problems.filter((problem) => problem.startsWith('failure'))).toEqual([
        expect.stringMatching(/^failure \w+ dir$/),
        // of a set that lacks one nothing is published
        ...(mode.publishSet === true ? ['failure set_not_published '] : []),
      ]);
    });

    test('in a folder that swaps names with one of ours alone', async () => {
      await using target = await mixed();
      target.source.move('dir/', 'aside/');
      target.source.move('pure/', 'dir/');
      target.source.move('aside/', 'pure/');
      const run = await target.run(mode);
      await expectThere(target, untouchable(mode));
      expect(run.outcome).not.toBe('failures');
      expect(await target.contents()).toMatchObject({
        'pure/x.csv': 'ours: dir/x.csv',
        'pure/sub/y.csv': 'ours: dir/sub/y.csv',
        'dir/p.csv': 'ours: pure/p.csv',
        'dir/sub/q.csv': 'ours: pure/sub/q.csv',
      });
      expect((await target.hidden()).filter((path) => !path.includes('zzzzzzzz'))).toEqual([]);
    });
  },
);

const STAGES = {
  'refuses moves of folders': { moveFolder: 409 },
  'removes only empty folders': { removeFullFolder: 409 },
  'replaces files by moves': { moveOverExisting: 'overwrite' },
  'replaces no files': { putOverExisting: 409 },
  'gives moved files a new time': { moveTouches: true },
  'shows no times': { timestamps: 'missing' },
} as const;

describe.each(Object.entries(STAGES))('a Stage that %s', (_, behaviour) => {
  test.each(['--delete', '--mirror --atomic --publish-set', '--delete, by the hints of a watch'])(
    'keeps what is not ours: %s',
    async (name) => {
      const mode = REMOVING[name]!;
      await using target = await mixed({ behaviour });
      target.source.remove('dir/');
      target.source.move('pure/', 'else/');
      const run = await target.run(mode);
      await expectThere(target, untouchable(mode));
      expect(run.outcome).not.toBe('failures');
      expect(await target.contents()).toMatchObject({ 'else/sub/q.csv': 'ours: pure/sub/q.csv' });
      expect(await target.names()).not.toContain('pure/');
      expect((await target.run(mode)).actions).toEqual([]);
      await expectThere(target, untouchable(mode));
    },
  );
});

test('a child that a listing left out keeps its folder from going', async () => {
  await using target = await sharedTarget();
  target.ours('a.csv', 'dir/x.csv', 'dir/y.csv');
  await target.run();
  await target.theirs('dir/unlisted.csv');
  target.source.remove('dir/');
  target.emulator.faults.set({
    rules: [
      {
        fault: 'replace_reply',
        kind: 'list',
        path: 'target/dir/',
        times: 1,
        body: (text) => {
          const folder = JSON.parse(text) as { content: { name: string }[] };
          return JSON.stringify({
            ...folder,
            content: folder.content.filter(({ name }) => name !== 'unlisted.csv'),
          });
        },
      },
    ],
  });
  await target.run({ removal: 'everything' });
  expect(await target.contents()).toMatchObject({ 'dir/unlisted.csv': 'theirs: dir/unlisted.csv' });
  expect(await target.names()).not.toContain('dir/x.csv');
});

describe('a watch and --trust-ledger look at what they remove or move, and only at that', () => {
  async function listings(mode: Mode, edit: (target: SharedTarget) => void) {
    await using target = await sharedTarget();
    target.ours(...['a', 'b', 'c'].flatMap((f) => [`${f}/1`, `${f}/2`, `${f}/sub/3`]), 'top.csv');
    await target.run();
    edit(target);
    const seen: string[] = [];
    target.onRequest = (phase, { kind, path }) => {
      if (phase === 'received' && kind !== 'remove' && kind !== 'move')
        seen.push(`${kind} ${path.replace(/^\.stagesync-.*?-([^-/]+\/)/, 'hidden $1')}`);
    };
    expect((await target.run(mode)).outcome).toBe('clean');
    return seen.sort();
  }
  const modes = [
    ['--trust-ledger', { removal: 'ours', trustLedger: true }],
    ['by hints', { removal: 'ours', by: 'hints' }],
  ] as const;

  test.each(modes)(
    '%s: a file that goes costs one listing of its folder, however many go',
    async (_, mode) => {
      const seen = await listings(mode, ({ source }) => {
        source.remove('a/1');
        source.remove('a/2');
      });
      expect(seen).toEqual(['list target/a/']);
    },
  );

  test.each(modes)('%s: a folder that goes is looked at where it is, and where it waits', async (_, mode) => {
    const seen = await listings(mode, ({ source }) => source.remove('a/'));
    expect(seen).toEqual(['list hidden a/', 'list hidden a/sub/', 'list target/a/', 'list target/a/sub/']);
  });

  test.each(modes)('%s: a folder that moves is looked at before and after', async (_, mode) => {
    const seen = await listings(mode, ({ source }) => source.move('a/', 'z/'));
    expect(seen).toEqual(['list target/a/', 'list target/a/sub/', 'list target/z/', 'list target/z/sub/']);
  });

  test.each(modes)(
    '%s: a file that moves costs one listing of its folder, and one of where it arrives, which learns its time',
    async (_, mode) => {
      const seen = await listings(mode, ({ source }) => source.move('a/1', 'b/9'));
      expect(seen).toEqual(['list target/a/', 'list target/b/']);
    },
  );

  test.each(modes)(
    '%s: a run that removes and moves nothing lists what it put into, as before',
    async (_, mode) => {
      expect(await listings(mode, () => undefined)).toEqual([]);
      const seen = await listings(mode, ({ source }) => source.write('a/1', 'edited'));
      expect(seen).toEqual(['list target/a/', 'putFile target/a/1']);
    },
  );
});

test.each(['--delete', '--mirror', '--delete --trust-ledger', '--delete --atomic --publish-set'])(
  'the command with %s destroys nothing of others in folders that go and move, and ends with status 0',
  async (flags) => {
    await using stage = await servedStage();
    const { cli, address, emulator } = stage;
    await writeTree(cli.folder, {
      'data/a.csv': 'a',
      'data/dir/x.csv': 'x',
      'data/old/y.csv': 'y',
      'data/old/z.csv': 'z',
    });
    expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
    const http = new StageHttp(emulator);
    const hidden = '.stagesync-zzzzzzzz-0-new-q.csv';
    for (const path of [`dir/${hidden}`, `old/${hidden}`]) await http.put(`target/${path}`, 'theirs');
    if (!flags.includes('--mirror'))
      for (const path of ['dir/theirs.csv', 'old/theirs.csv']) await http.put(`target/${path}`, 'theirs');
    await rm(join(cli.folder, 'data/dir'), { recursive: true });
    await rename(join(cli.folder, 'data/old'), join(cli.folder, 'data/new'));
    const run = await cli.run(['sync', 'data', address, ...flags.split(' ')]);
    expect(run.status).toBe(0);
    const names = Object.keys(await stage.snapshot());
    expect(names).toEqual(
      expect.arrayContaining([`dir/${hidden}`, `old/${hidden}`, 'new/y.csv', 'new/z.csv']),
    );
    expect(names).not.toContain(`new/${hidden}`);
    if (!flags.includes('--mirror'))
      expect(names).toEqual(expect.arrayContaining(['dir/theirs.csv', 'old/theirs.csv']));
  },
);
