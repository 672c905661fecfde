import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const { signal } = new AbortController();

/** A Stage with four files of ours, in step with data/. */
async function inStep(): Promise<ServedStage> {
  const stage = await servedStage();
  await writeTree(stage.cli.folder, {
    'data/a.csv': 'a',
    'data/b.csv': 'b',
    'data/sub/c.csv': 'c',
    'data/sub/d.csv': 'd',
  });
  expect((await commandInside(stage.cli, ['sync', 'data', stage.address])).status).toBe(0);
  return stage;
}

/** A file on Stage that this tool did not put there. */
async function foreign({ destination }: ServedStage, path: string): Promise<void> {
  const bytes = Buffer.from('theirs');
  await destination.put(destination.root + path, { size: bytes.length, bytes }, { signal });
}

test('nothing is removed unless asked', async () => {
  await using stage = await inStep();
  await rm(join(stage.cli.folder, 'data/a.csv'));
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json']);
  expect(run.report).toMatchObject({ outcome: 'clean', removed: 0 });
  expect(Object.keys(await stage.snapshot())).toContain('a.csv');
});

test('--delete removes what we put there and leaves what others put there; --mirror removes that too', async () => {
  await using stage = await inStep();
  await foreign(stage, 'theirs.csv');
  await foreign(stage, 'sub/theirs.csv');
  await rm(join(stage.cli.folder, 'data/a.csv'));
  const ours = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json', '--delete']);
  expect(actionsOf(ours)).toEqual(['remove a.csv gone_from_source']);
  expect(Object.keys(await stage.snapshot()).sort()).toEqual([
    'b.csv',
    'sub/',
    'sub/c.csv',
    'sub/d.csv',
    'sub/theirs.csv',
    'theirs.csv',
  ]);
  const all = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json', '--mirror']);
  expect(actionsOf(all)).toEqual(['remove sub/theirs.csv not_in_source', 'remove theirs.csv not_in_source']);
  expect(await stage.snapshot()).toEqual(snapshotFolder(join(stage.cli.folder, 'data')));
});

test('a file that is gone here and was changed there by someone else is kept, and the run says so', async () => {
  await using stage = await inStep();
  await foreign(stage, 'a.csv');
  await rm(join(stage.cli.folder, 'data/a.csv'));
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete']);
  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/warning: a\.csv: /);
  expect(Object.keys(await stage.snapshot())).toContain('a.csv');
});

describe('guards stop a run before it changes anything', () => {
  test('more removals than --max-delete: status 4, and --force max-delete goes past it', async () => {
    await using stage = await inStep();
    const { cli, address } = stage;
    await rm(join(cli.folder, 'data/sub'), { recursive: true });
    await rm(join(cli.folder, 'data/a.csv'));
    await writeTree(cli.folder, { 'data/new.csv': 'new' });
    const before = stage.changingRequests();
    const flags = ['--delete', '--max-delete', '2'];
    const refused = await commandInside(cli, ['sync', 'data', address, '--json', ...flags]);
    expect(refused.status).toBe(4);
    expect(refused.report).toMatchObject({ outcome: 'refused', error: { code: 'guard_max_delete' } });
    expect(refused.stderr).toMatch(/^stagesync: 3 files would be removed [^\n]*--force max-delete\n$/);
    expect(
      (await commandInside(cli, ['sync', '--force', 'empty-source', 'data', address, ...flags])).status,
    ).toBe(4);
    expect(stage.changingRequests()).toBe(before);

    const forced = await commandInside(cli, [
      'sync',
      '--force',
      'max-delete',
      'data',
      address,
      '--json',
      ...flags,
    ]);
    expect(forced).toMatchObject({ status: 0, report: { removed: 3, uploaded: 1 } });
  });

  test('more than half of the files on Stage is too many without any flag; a handful never is', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`data/${i}`, 'x'])));
    await commandInside(cli, ['sync', 'data', address]);
    for (let i = 0; i < 31; i++) await rm(join(cli.folder, `data/${i}`));
    const refused = await commandInside(cli, ['sync', 'data', address, '--delete', '--json']);
    expect(refused).toMatchObject({ status: 4, report: { error: { code: 'guard_max_delete' }, removed: 0 } });
    expect(
      (await commandInside(cli, ['sync', 'data', address, '--delete', '--max-delete', '60%'])).status,
    ).toBe(0);
    for (let i = 31; i < 51; i++) await rm(join(cli.folder, `data/${i}`));
    const handful = await commandInside(cli, ['sync', 'data', address, '--delete', '--json']);
    expect(handful).toMatchObject({ status: 0, report: { removed: 20 } });
  });

  test('an empty source against a Stage with files: status 4, nothing removed', async () => {
    await using stage = await inStep();
    const { cli, address } = stage;
    await rm(join(cli.folder, 'data'), { recursive: true });
    await mkdir(join(cli.folder, 'data'));
    const before = stage.changingRequests();
    const emptied = await commandInside(cli, [
      'sync',
      'data',
      address,
      '--delete',
      '--max-delete',
      '100%',
      '--json',
    ]);
    expect(emptied).toMatchObject({ status: 4, report: { error: { code: 'guard_empty_source' } } });
    expect(stage.changingRequests()).toBe(before);
    const forced = await commandInside(cli, ['sync', 'data', address, '--delete', '--force']);
    expect(forced.status).toBe(0);
    expect(await stage.snapshot()).toEqual({});
  });

  test('a source that is not there: status 5, nothing removed', async () => {
    await using stage = await inStep();
    const { cli, address } = stage;
    await rm(join(cli.folder, 'data'), { recursive: true });
    const before = stage.changingRequests();
    const missing = await commandInside(cli, ['sync', 'data', address, '--mirror', '--force', '--json']);
    expect(missing).toMatchObject({ status: 5, report: { error: { code: 'source_missing' } } });
    expect(missing.stderr).toMatch(/^stagesync: [^\n]*data[^\n]*\n$/);
    expect(stage.changingRequests()).toBe(before);
  });
});
