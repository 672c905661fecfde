import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { NIGHTLY } from '../../support/cli/nightly.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { REMOVING, sharedTarget } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';
import { unreadableFile, unreadableFolder } from '../../support/trees/unreadable.ts';

const FILES = [
  'a.csv',
  'b.csv',
  'gone.csv',
  'gone/x.csv',
  'gone/y.csv',
  'dir/x.csv',
  'dir/gone.csv',
  'dir/sub/y.csv',
];

interface Scene extends ServedStage {
  readonly data: string;
  /** The files on Stage. */
  files(): Promise<string[]>;
  contentOf(path: string): Promise<string>;
}

/** In step; then what is called gone is gone from the source. */
async function scene(): Promise<Scene> {
  const stage = await servedStage();
  const { cli, address, emulator } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, Object.fromEntries(FILES.map((path) => [path, `old ${path}`])));
  expect(await commandInside(cli, ['sync', 'data', address])).toMatchObject({ status: 0 });
  for (const path of ['gone.csv', 'gone', 'dir/gone.csv']) await rm(join(data, path), { recursive: true });
  return {
    ...stage,
    data,
    async files() {
      return Object.keys(await stage.snapshot())
        .filter((path) => !path.endsWith('/'))
        .sort();
    },
    contentOf: async (path) => (await new StageHttp(emulator).download(`target/${path}`)).text,
  };
}

const REMAINING = ['a.csv', 'b.csv', 'dir/sub/y.csv', 'dir/x.csv'];

const MODES = NIGHTLY
  ? ['--delete', '--mirror', '--delete --atomic', '--mirror --trust-ledger']
  : ['--delete', '--mirror --trust-ledger'];

describe.each(MODES)('%s', (mode) => {
  const flags = mode.split(' ');

  test('a file that cannot be read keeps its own old version, and suspends no removal elsewhere', async () => {
    await using stage = await scene();
    await rm(join(stage.data, 'dir/x.csv'));
    await unreadableFile(join(stage.data, 'dir/x.csv'));
    await writeFile(join(stage.data, 'b.csv'), 'edited');
    const run = await stage.cli.run(['sync', 'data', stage.address, '--follow-symlinks', '--json', ...flags]);
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/^failed: dir\/x\.csv: /m);
    expect(run.report).toMatchObject({ outcome: 'failures', failed: 1, uploaded: 1, removed: 4 });
    expect(await stage.files()).toEqual(REMAINING);
    expect(await stage.contentOf('dir/x.csv')).toBe('old dir/x.csv');
    expect(await stage.contentOf('b.csv')).toBe('edited');
  });

  test('an upload that Stage refuses suspends every removal of the run, and the run says so', async () => {
    await using stage = await scene();
    await writeFile(join(stage.data, 'b.csv'), 'x'.repeat(5000));
    stage.emulator.behaviour.set({ fileLimitBytes: 1000 });
    const args = ['sync', 'data', stage.address, ...flags];
    const run = await stage.cli.run(args);
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/^failed: b\.csv: /m);
    expect(run.stderr).toMatch(/^warning: the whole source: nothing was removed from Stage, because 1 /m);
    expect(await stage.files()).toEqual([...FILES].sort());
    expect(await stage.contentOf('b.csv')).toBe('old b.csv');
    // once it is taken they go
    stage.emulator.behaviour.set({ fileLimitBytes: null });
    expect(await commandInside(stage.cli, args)).toMatchObject({ status: 0, stderr: '' });
    expect(await stage.files()).toEqual(REMAINING);
  });

  test('a folder that cannot be read protects what Stage has below it, and nothing else', async () => {
    await using stage = await scene();
    await rm(join(stage.data, 'dir/sub'), { recursive: true });
    await rm(join(stage.data, 'dir/x.csv'));
    const args = ['sync', 'data', stage.address, '--json', ...flags];
    const run = await stage.cli.run(args, { nodeOptions: unreadableFolder('dir') });
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/^failed: dir\/: .*EACCES/m);
    expect(run.report).toMatchObject({ outcome: 'failures', failed: 1, removed: 3, uploaded: 0 });
    expect(await stage.files()).toEqual(['a.csv', 'b.csv', 'dir/gone.csv', 'dir/sub/y.csv', 'dir/x.csv']);
    // once it can be read they go
    expect((await commandInside(stage.cli, args)).report).toMatchObject({ outcome: 'clean', removed: 3 });
    expect(await stage.files()).toEqual(['a.csv', 'b.csv']);
  });

  test.each([
    [[], 'warning'],
    [['--follow-symlinks'], 'failed'],
  ] as const)(
    'a link to nothing (%j) protects the file and the folder of its name, and nothing else, and is a %s',
    async (follow, told) => {
      await using stage = await scene();
      for (const name of ['a.csv', 'dir']) {
        await rm(join(stage.data, name), { recursive: true });
        await symlink('nowhere', join(stage.data, name));
      }
      const args = ['sync', 'data', stage.address, '--json', ...follow, ...flags];
      const run = await commandInside(stage.cli, args);
      const ends = told === 'failed' ? [3, 'failures'] : [0, 'warnings'];
      expect([run.status, run.report.outcome]).toEqual(ends);
      expect(run.stderr.match(/^(warning|failed): (a\.csv|dir): /gm)).toEqual([
        `${told}: a.csv: `,
        `${told}: dir: `,
      ]);
      expect(await stage.files()).toEqual(['a.csv', 'b.csv', 'dir/gone.csv', 'dir/sub/y.csv', 'dir/x.csv']);
    },
  );
});

test('under --publish-set a file that cannot be read holds back the whole set, removals too, and the run says so', async () => {
  await using stage = await scene();
  await rm(join(stage.data, 'dir/x.csv'));
  await unreadableFile(join(stage.data, 'dir/x.csv'));
  await writeFile(join(stage.data, 'b.csv'), 'edited');
  const flags = ['--follow-symlinks', '--delete', '--atomic', '--publish-set'];
  const run = await stage.cli.run(['sync', 'data', stage.address, ...flags]);
  expect(run.status).toBe(3);
  expect(run.stderr).toMatch(
    /^failed: the whole source: nothing was published, moved or removed, because 1 /m,
  );
  expect(await stage.files()).toEqual([...FILES].sort());
  expect(await stage.contentOf('b.csv')).toBe('old b.csv');
});

describe.each(Object.entries(REMOVING))('in every mode: %s', (_, mode) => {
  async function inStep() {
    const target = await sharedTarget();
    target.ours(...FILES);
    await target.run();
    for (const path of ['gone.csv', 'gone/', 'dir/gone.csv']) target.source.remove(path);
    return target;
  }
  const left = async (target: Awaited<ReturnType<typeof inStep>>) =>
    Object.keys(await target.contents()).sort();

  test('a folder that cannot be listed protects what is below it, and nothing else', async () => {
    await using target = await inStep();
    target.source.remove('dir/');
    target.source.obscure('dir/', 'subtree', {
      code: 'unreadable',
      severity: 'warning',
      message: 'cannot be read',
    });
    const run = await target.run(mode);
    expect(run.outcome).toBe('warnings');
    expect(await left(target)).toEqual(['a.csv', 'b.csv', 'dir/gone.csv', 'dir/sub/y.csv', 'dir/x.csv']);
  });

  test('a name that cannot be told protects the file of that name, and nothing else', async () => {
    await using target = await inStep();
    target.source.remove('dir/x.csv');
    target.source.obscure('dir/x.csv', 'path', {
      code: 'unreadable',
      severity: 'warning',
      message: 'cannot be told',
    });
    const run = await target.run(mode);
    expect(run.outcome).toBe('warnings');
    expect(await left(target)).toEqual(REMAINING);
  });
});
