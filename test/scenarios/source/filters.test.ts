import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('an excluded file is neither uploaded nor removed, whatever excludes it', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, {
    'data/.stagesyncignore': '*.log\nprivate/\n',
    'data/a.csv': 'a',
    'data/a.log': 'log',
    'data/private/p.csv': 'p',
    'data/tmp/t.csv': 't',
    'data/x.bak': 'x',
    'data/keep.bak': 'k',
    'rules.txt': '# comment\n*.bak\n!keep.bak\n',
  });
  const flags = ['--exclude', 'tmp/', '--filter-from', 'rules.txt', '--json', '--mirror'];
  const run = await commandInside(cli, ['sync', 'data', address, ...flags]);
  expect(run.status).toBe(0);
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['a.csv', 'keep.bak']);

  await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(Object.keys(await stage.snapshot())).toContain('tmp/t.csv');
  await rm(join(cli.folder, 'data/tmp/t.csv'));
  const again = await commandInside(cli, ['sync', 'data', address, ...flags]);
  expect(again.report).toMatchObject({ removed: 0 });
  expect(Object.keys(await stage.snapshot())).toContain('tmp/t.csv');
});

test('--include first takes only what it names, and the last rule that matches decides', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    'data/b.csv': 'b',
    'data/c.json': 'c',
    'data/sub/d.csv': 'd',
  });
  const run = await commandInside(cli, ['sync', 'data', address, '--include', '*.csv', '--exclude', 'b.csv']);
  expect(run.status).toBe(0);
  expect(
    Object.keys(await stage.snapshot())
      .filter((path) => !path.endsWith('/'))
      .sort(),
  ).toEqual(['a.csv', 'sub/d.csv']);
});

test.each([
  ['--exclude', ['--exclude', '[z-a].csv'], '--exclude "\\[z-a\\]\\.csv" has the range "z-a"'],
  [
    '--filter-from',
    ['--filter-from', 'rules.txt'],
    'rules\\.txt, line 2: "!\\[ab" has a "\\[" that is never closed',
  ],
  ['a path out of the source', ['--exclude', 'a/../x'], '--exclude "a/\\.\\./x" has the segment "\\.\\."'],
  ['the ignore file', [], 'data/\\.stagesyncignore, line 1: "\\[9-0\\]" has the range "9-0"'],
])('a pattern that says nothing is refused by the name of its place: %s', async (where, flags, message) => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'rules.txt': '*.bak\n![ab\n' });
  if (where === 'the ignore file')
    await writeTree(cli.folder, { 'data/.stagesyncignore': '\ufeff[9-0]\r\n' });
  const run = await commandInside(cli, ['sync', 'data', address, ...flags]);
  expect(run.stderr).toMatch(new RegExp(`^stagesync: .*${message}.*\n$`));
  expect([run.status, stage.changingRequests()]).toEqual([2, 0]);
});

test('--exclude ./secrets leaves out the secrets at the top', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/secrets/key': 'k', 'data/d/secrets': 's' });
  const run = await commandInside(cli, ['sync', 'data', address, '--exclude', './secrets']);
  expect(run.status).toBe(0);
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['a.csv', 'd/', 'd/secrets']);
});

test('a FIFO by the name of the ignore file is refused and not waited for', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  execFileSync('mkfifo', [join(cli.folder, 'data/.stagesyncignore')]);
  for (const command of ['sync', 'watch']) {
    const run = await commandInside(cli, [command, 'data', address]);
    expect(run.stderr).toMatch(
      /^stagesync: cannot read .*data\/\.stagesyncignore: it is a FIFO, not a file; [^\n]*\n$/,
    );
    expect([run.status, stage.changingRequests()]).toEqual([2, 0]);
  }
});
