import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { SMALL_PARQUET } from '../../support/trees/small-parquet.ts';
import { writeTree } from '../../support/trees/trees.ts';

const CSV = 'id,note\n1,"two\nlines"\n2,x\n';

async function filled() {
  const stage = await servedStage();
  const { cli, address } = stage;
  const large = Array.from({ length: 200_000 }, (_, i) => `{"n":${i}}`).join('\n');
  await writeTree(join(cli.folder, 'data'), { 'a.csv': CSV, 'large.jsonl': large });
  expect(await commandInside(cli, ['sync', 'data', address])).toMatchObject({ status: 0 });
  return stage;
}

test('head shows the first rows and bytes of a file of a directory and of a Stage', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  for (const place of ['data', address]) {
    const head = async (...args: string[]) => (await commandInside(cli, ['head', ...args])).stdout;
    expect(await head(`${place}/a.csv`, '-n', '2')).toBe('id,note\n1,"two\nlines"\n');
    expect(await head(`${place}/a.csv`)).toBe(CSV);
    expect(await head(`${place}/a.csv`, '--bytes', '4')).toBe('id,n');
    expect(await head(`${place}/large.jsonl`, '-n', '3')).toBe('{"n":0}\n{"n":1}\n{"n":2}\n');
  }
});

test('head shows the schema and rows of a Parquet file in a directory and on a Stage', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  await writeFile(join(cli.folder, 'data/rows.parquet'), SMALL_PARQUET);
  await commandInside(cli, ['sync', 'data', address]);
  for (const place of ['data', address]) {
    const { stdout } = await commandInside(cli, ['head', `${place}/rows.parquet`, '-n', '1']);
    expect(stdout).toMatch(/^# 3 rows, 3 columns\n(#.*\n){3}\{"id":1,"name":"Ada","score":1\.5\}\n$/);
  }
});

test('a part of a file on a Stage is read from its offset on', async () => {
  await using stage = await filled();
  const bytes = await stage.destination.readFrom!('target/a.csv', 3, {
    signal: new AbortController().signal,
  });
  expect(Buffer.concat(await Array.fromAsync(bytes)).toString()).toBe(CSV.slice(3));
});

test('url writes a signed address alone to stdout, and says that it is a secret', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  const { status, stdout, stderr } = await commandInside(cli, ['url', `${address}/a.csv`]);
  expect([status, stdout.split('\n').length]).toEqual([0, 2]);
  expect(stderr).toContain('this address is a secret');
  expect(stderr).not.toContain('http');
  const answer = await fetch(stdout.trim());
  expect(await answer.text()).toBe(CSV);
});

test('url and cat say what is not a file, and that nothing is there', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  const said = async (command: string, path: string) => {
    const { status, stderr } = await commandInside(cli, [command, `${address}/${path}`]);
    return [status, stderr];
  };
  await commandInside(cli, ['mkdir', `${address}/folder`]);
  expect(await said('url', 'folder')).toEqual([
    2,
    expect.stringMatching(/folder is a folder; only a file has a signed address\n$/),
  ]);
  for (const command of ['url', 'cat'])
    expect(await said(command, 'none')).toEqual([
      3,
      `stagesync: there is nothing at ${stage.address}/none\n`,
    ]);
});

test('nothing else shows a signed address', async () => {
  await using stage = await filled();
  const { cli, address } = stage;
  const { stdout: signed } = await commandInside(cli, ['url', `${address}/a.csv`]);
  const host = new URL(signed).host;
  for (const args of [
    ['cat', `${address}/a.csv`],
    ['head', `${address}/a.csv`],
    ['stat', `${address}/a.csv`, '--json'],
    ['ls', `${address}/`, '--json'],
    ['check', 'data', address, '--content', '--json'],
    ['url', `${address}/nothere`],
  ]) {
    const { stdout, stderr } = await commandInside(cli, args);
    expect(stdout + stderr).not.toMatch(/signature=/);
    expect(stdout + stderr).not.toContain(host);
  }
});

test.each([
  [['head', 'data'], 2, /is a folder; name a file in it/],
  [['head', 'ADDRESS'], 2, /is a folder; name a file in it/],
  [['head', 'ADDRESS/nothere'], 3, /there is nothing at stage:.*target\/nothere\n/],
  [['head', 'data/nothere'], 5, /there is nothing at \/.*data\/nothere;/],
  [['head', 'data/a.csv', '-n', '1', '--bytes', '1'], 2, /one of the two/],
  [['url', 'ADDRESS/'], 2, /is a folder/],
  [['url', 'ADDRESS/nothere'], 3, /there is nothing at stage:.*target\/nothere\n/],
  [['url', 'data/a.csv'], 2, /must be a Stage address/],
  [['url', 'stage://local/a.csv'], 2, /ends with this command/],
])('%j ends with status %i', async (args, status, message) => {
  await using stage = await filled();
  const said = await commandInside(
    stage.cli,
    args.map((word) => word.replace('ADDRESS', stage.address)),
  );
  expect([said.status, said.stdout]).toEqual([status, '']);
  expect(said.stderr).toMatch(message);
});

test.each([
  [['--exclude', '*.tmp'], '--exclude'],
  [['--follow-symlinks'], '--follow-symlinks'],
  [['--page-size', '5'], '--page-size'],
  [['--force-glacier-transfer'], '--force-glacier-transfer'],
])('a copy to stdout refuses flags that say nothing of it: %j', async (flags, name) => {
  await using stage = await filled();
  const { status, stderr } = await commandInside(stage.cli, ['cp', `${stage.address}/a.csv`, '-', ...flags]);
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(new RegExp(`${name}.* has no use where DEST is stdout`)),
  ]);
});
