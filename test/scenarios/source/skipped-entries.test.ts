import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const SKIPPED: readonly [name: string, make: (place: string) => void][] = [
  ['a link to a file', (place) => fs.symlinkSync('keep.csv', place)],
  ['a link to nothing', (place) => fs.symlinkSync('nowhere', place)],
  ['a link to a folder', (place) => fs.symlinkSync('keep', place)],
  ['a FIFO', (place) => void execFileSync('mkfifo', [place])],
];

test.each(SKIPPED)(
  '%s that is skipped keeps the file and the folder of its name on Stage',
  async (_, make) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, {
      'data/file': 'f',
      'data/folder/a.csv': 'a',
      'data/folder/b/c.csv': 'c',
      'data/keep.csv': 'k',
      'data/keep/x': 'x',
      'data/other': 'o',
    });
    expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
    for (const name of ['file', 'folder']) {
      fs.rmSync(join(cli.folder, 'data', name), { recursive: true });
      make(join(cli.folder, 'data', name));
    }
    fs.rmSync(join(cli.folder, 'data/other'));
    for (const flag of ['--delete', '--mirror']) {
      const run = await commandInside(cli, ['sync', 'data', address, flag, '--json']);
      expect([run.status, run.report.outcome]).toEqual([0, 'warnings']);
      expect(run.stderr.match(/warning: (file|folder): (is |the same$)/gm)).toHaveLength(2);
      expect(Object.keys(await stage.snapshot()).sort()).toEqual([
        'file',
        'folder/',
        'folder/a.csv',
        'folder/b/',
        'folder/b/c.csv',
        'keep.csv',
        'keep/',
        'keep/x',
      ]);
    }
  },
);

test('a reserved name is reported and not uploaded, unless a rule leaves it out', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    'data/.stagesyncignore': '*.tmp',
    'data/d/.stagesync-file': 'x',
    'data/.stagesync-folder/x': 'x',
    'data/.stagesync-folder/y': 'x',
  });
  const run = await commandInside(cli, ['sync', 'data', address, '--mirror']);
  expect(run.status).toBe(0);
  const warnings = run.stderr.split('\n').filter((line) => line.startsWith('warning: '));
  expect(warnings).toEqual([
    expect.stringMatching(/^warning: \.stagesync-folder\/: its name is reserved .*; rename it to sync it$/),
    'warning: d/.stagesync-file: the same',
  ]);
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['a.csv', 'd/']);
  const quiet = await commandInside(cli, [
    'sync',
    'data',
    address,
    '--mirror',
    '--exclude',
    '.stagesync-*',
    '--json',
  ]);
  expect(quiet.report.outcome).toBe('clean');
});

test('under --follow-symlinks a link to nothing is a failure, keeps what has its name, and is not a source with something in it', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(cli.folder, { 'data/a': 'a', 'data/b': 'b', 'data/c': 'c' });
  expect((await cli.run(['sync', 'data', address])).status).toBe(0);
  for (const name of ['a', 'b']) fs.rmSync(join(data, name));
  fs.symlinkSync('nowhere', join(data, 'a'));
  const sync = ['sync', 'data', address, '--mirror', '--follow-symlinks', '--json'];

  const run = await cli.run(sync);
  expect([run.status, run.report.outcome, run.report.removed]).toEqual([3, 'failures', 1]);
  expect(run.events).toContainEqual(
    expect.objectContaining({ type: 'problem', path: 'a', code: 'link_dangling', severity: 'failure' }),
  );
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['a', 'c']);

  const excluded = await cli.run([...sync, '--exclude', 'a']);
  expect([excluded.status, excluded.report.outcome]).toEqual([0, 'clean']);

  fs.rmSync(join(data, 'c'));
  const emptied = await cli.run(sync);
  expect([emptied.status, emptied.report.error?.code]).toEqual([4, 'guard_empty_source']);
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['a', 'c']);
});
