import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actionsOf } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { sharedTarget, type Mode, type SharedTarget } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** A source that is equal to what others had put on Stage before, and has one file more. */
async function adopted(): Promise<SharedTarget> {
  const target = await sharedTarget();
  const paths = ['a.csv', 'b.csv', 'dir/x.csv', 'dir/sub/y.csv'];
  for (const path of paths) await target.theirs(path, `same: ${path}`);
  for (const path of paths) target.source.write(path, `same: ${path}`, { modifiedMs: Date.now() - 60_000 });
  target.ours('ours.csv');
  const first = await target.run();
  expect(first.report).toMatchObject({ outcome: 'clean', adopted: 4, uploaded: 1 });
  return target;
}

const OURS: Readonly<Record<string, Mode>> = {
  '--delete': { removal: 'ours' },
  '--delete --trust-ledger': { removal: 'ours', trustLedger: true },
  '--delete, planned and applied': { removal: 'ours', by: 'plan' },
  '--delete, by the hints of a watch': { removal: 'ours', by: 'hints' },
  '--delete --atomic': { removal: 'ours', atomic: true },
};

describe.each(Object.entries(OURS))('what was adopted on its size alone is not ours: %s', (_, mode) => {
  test('it is not removed, and that is told once', async () => {
    await using target = await adopted();
    target.source.remove('a.csv');
    const run = await target.run(mode);
    expect(run.problems).toContain('warning not_put_by_us a.csv');
    expect(run.outcome).toBe('warnings');
    expect(await target.names()).toContain('a.csv');
    const again = await target.run(mode);
    expect(again).toMatchObject({ outcome: 'clean', problems: [], actions: [] });
    expect(await target.names()).toContain('a.csv');
  });

  test('nor is its folder, nor what is in it; what we put there goes', async () => {
    await using target = await adopted();
    target.ours('dir/late.csv', 'dir/sub/late.csv');
    await target.run();
    target.source.remove('dir/');
    await target.run(mode);
    expect(await target.names()).toEqual([
      'a.csv',
      'b.csv',
      'dir/',
      'dir/sub/',
      'dir/sub/y.csv',
      'dir/x.csv',
      'ours.csv',
    ]);
    await target.run(mode);
    expect(await target.names()).toEqual(expect.arrayContaining(['dir/sub/y.csv', 'dir/x.csv']));
  });

  test('renamed at the source it is uploaded, and stays where it was', async () => {
    await using target = await adopted();
    target.source.move('a.csv', 'z.csv');
    target.source.move('dir/', 'moved/');
    const run = await target.run(mode);
    expect(run.report).toMatchObject({ uploaded: 3, moved: 0, removed: 0 });
    expect(await target.names()).toEqual(
      expect.arrayContaining(['a.csv', 'dir/x.csv', 'dir/sub/y.csv', 'z.csv', 'moved/sub/y.csv']),
    );
  });
});

test('an empty folder that others had made is not removed by --delete, and is by --mirror', async () => {
  await using target = await sharedTarget();
  await target.theirs('empty/');
  target.ours('a.csv', 'empty/');
  await target.run();
  target.source.remove('empty/');
  await target.run({ removal: 'ours' });
  expect(await target.names()).toEqual(['a.csv', 'empty/']);
  await target.run({ removal: 'everything' });
  expect(await target.names()).toEqual(['a.csv']);
});

test.each([{}, { by: 'plan' }, { trustLedger: true }, { by: 'hints' }] as const)(
  'a mirror removes what was adopted: %o',
  async (how) => {
    await using target = await adopted();
    target.source.remove('a.csv');
    target.source.remove('dir/');
    await target.run({ removal: 'everything', ...how });
    expect(await target.names()).toEqual(['b.csv', 'ours.csv']);
  },
);

test('what we uploaded over an adopted file is ours', async () => {
  await using target = await adopted();
  target.source.write('a.csv', 'changed since');
  await target.run();
  target.source.remove('a.csv');
  const run = await target.run({ removal: 'ours' });
  expect(run.actions).toEqual(['remove a.csv']);
});

test.each([true, false])(
  '--compare content makes ours what is equal to the byte (adopted before: %s)',
  async (before) => {
    await using target = await sharedTarget();
    for (const path of ['a.csv', 'dir/x.csv']) {
      await target.theirs(path, `same: ${path}`);
      target.source.write(path, `same: ${path}`, { modifiedMs: Date.now() - 60_000 });
    }
    target.ours('ours.csv');
    if (before) await target.run();
    expect((await target.run({ compare: 'content' })).report).toMatchObject({ outcome: 'clean' });
    target.source.move('dir/x.csv', 'dir/renamed.csv');
    expect((await target.run({ removal: 'ours' })).actions).toEqual(['move dir/x.csv -> dir/renamed.csv']);
    target.source.remove('a.csv');
    expect((await target.run({ removal: 'ours' })).actions).toEqual(['remove a.csv']);
  },
);

/** Two folders that are synced to one DEST; both have common.csv. */
async function twoSources() {
  const stage = await servedStage();
  const { cli, address, emulator } = stage;
  await writeTree(cli.folder, {
    'one/1.csv': 'one',
    'one/dir/1.csv': 'one',
    'one/common.csv': 'same',
    'two/2.csv': 'two',
    'two/dir/2.csv': 'two',
    'two/common.csv': 'same',
  });
  const old = new Date(Date.now() - 60_000);
  for (const source of ['one', 'two']) await utimes(join(cli.folder, source, 'common.csv'), old, old);
  const sync = (source: string, ...flags: string[]) =>
    commandInside(cli, ['sync', source, address, '--json', ...flags]);
  for (const source of ['one', 'two']) expect((await sync(source)).status).toBe(0);
  return { stage, sync, http: new StageHttp(emulator), at: (path: string) => join(cli.folder, path) };
}

test.each([[[]], [['--trust-ledger']], [['--atomic']]])(
  'two sources with one DEST: neither removes with --delete %j what the other put',
  async (flags) => {
    const { stage, sync, at } = await twoSources();
    await using _ = stage;
    const ofOne = ['1.csv', 'dir/1.csv', 'common.csv'];
    await rm(at('two/common.csv'));
    await rm(at('two/dir'), { recursive: true });
    const run = await sync('two', '--delete', ...flags);
    expect(run.status).toBe(0);
    expect(actionsOf(run)).toEqual(['remove dir/2.csv gone_from_source']);
    expect(Object.keys(await stage.snapshot())).toEqual(expect.arrayContaining([...ofOne, 'dir/', '2.csv']));
    expect((await sync('one', '--delete', ...flags)).report).toMatchObject({
      outcome: 'clean',
      uploaded: 0,
      removed: 0,
    });
  },
);

test('two sources with one DEST: a folder that one renames does not take along what the other put into it', async () => {
  const { stage, sync, at } = await twoSources();
  await using _ = stage;
  await rename(at('one/dir'), at('one/moved'));
  expect((await sync('one', '--delete')).status).toBe(0);
  const names = Object.keys(await stage.snapshot());
  expect(names).toEqual(expect.arrayContaining(['dir/2.csv', 'moved/1.csv']));
  expect(names).not.toContain('moved/2.csv');
  expect(names).not.toContain('dir/1.csv');
  expect((await sync('two', '--delete')).report).toMatchObject({ outcome: 'clean', uploaded: 0 });
});

test('two sources with one DEST: what the other has replaced since is kept, and the warning says so', async () => {
  const { stage, sync, at, http } = await twoSources();
  await using _ = stage;
  await writeFile(at('two/1.csv'), 'replaced by two');
  await sync('two');
  await rm(at('one/1.csv'));
  const run = await sync('one', '--delete');
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/warning: 1\.csv: .*someone changed it on Stage/);
  expect((await http.download('target/1.csv')).text).toBe('replaced by two');
});
