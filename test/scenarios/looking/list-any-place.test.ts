import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { writeTree } from '../../support/trees/trees.ts';

const STAGE = 'stage://local/target';

async function twoPlaces() {
  const cli = await cliSandbox();
  await writeTree(join(cli.folder, 'data'), {
    'a/one': '1',
    'a/sub/two': '22',
    'a-b/three': '333',
    top: '4444444444',
  });
  expect(await commandInside(cli, ['sync', 'data', STAGE])).toMatchObject({ status: 0 });
  return cli;
}

const columns = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/ +/g, ' '));

test.each(['data', STAGE])('ls, ls -R, a total and sorting show the same of %s', async (address) => {
  await using cli = await twoPlaces();
  const ls = async (...flags: string[]) => {
    const { status, stdout } = await commandInside(cli, ['ls', address, ...flags]);
    expect(status).toBe(0);
    return columns(stdout);
  };
  expect(await ls()).toEqual([' - - a-b/', ' - - a/', ' 10 TIME top']);
  expect(await ls('-R', '--total')).toEqual([
    ' - - a-b/',
    ' 3 TIME a-b/three',
    ' - - a/',
    ' 1 TIME a/one',
    ' - - a/sub/',
    ' 2 TIME a/sub/two',
    ' 10 TIME top',
    '4 files, 3 folders, 16 bytes',
  ]);
  expect((await ls('-R', '--sort', 'size')).map((line) => line.split(' ').at(-1))).toEqual([
    'top',
    'a-b/three',
    'a/sub/two',
    'a/one',
    'a-b/',
    'a/',
    'a/sub/',
  ]);
  expect((await commandInside(cli, ['ls', address, '--tree'])).stdout).toMatch(
    /a-b\/\n.* {2}three\n.*Z? {2}a\/\n.* {2}one\n.* {2}sub\/\n.* {4}two\n/,
  );
  const json = await commandInside(cli, ['ls', address, '--json', '--total', '--sort', 'time']);
  expect(json.events.at(-1)).toEqual({ kind: 'total', files: 1, folders: 2, bytes: 10 });
});

test('ls of a directory shows what a sync would see, and tells the rest', async () => {
  await using cli = await twoPlaces();
  const data = join(cli.folder, 'data');
  await writeFile(join(data, '.stagesyncignore'), 'a\n');
  await symlink('top', join(data, 'link'));
  const { status, stdout, stderr } = await commandInside(cli, ['ls', 'data', '-R']);
  expect([status, columns(stdout)]).toEqual([0, [' - - a-b/', ' 3 TIME a-b/three', ' 10 TIME top']]);
  expect(stderr).toMatch(/^stagesync: link: is a symbolic link/);
  await writeFile(join(data, 'bad\u001b'), '');
  const bad = await commandInside(cli, ['ls', 'data']);
  expect([bad.status, bad.stderr]).toEqual([3, expect.stringContaining(String.raw`bad\u{1b}: its name`)]);
});

test.each(['data', STAGE])('stat shows a file, and a folder with what is in it: %s', async (address) => {
  await using cli = await twoPlaces();
  const stat = async (path: string, ...flags: string[]) => {
    const { status, stdout } = await commandInside(cli, ['stat', `${address}${path}`, ...flags]);
    expect(status).toBe(0);
    return stdout;
  };
  expect(columns(await stat('/top'))).toEqual(['kind file', 'size 10 bytes (10 B)', 'modified TIME']);
  expect(JSON.parse(await stat('', '--json'))).toEqual({
    address,
    kind: 'folder',
    files: 1,
    folders: 2,
    size: 10,
  });
});

test.each(['data', STAGE])('du adds up folders, as deep as asked: %s', async (address) => {
  await using cli = await twoPlaces();
  const du = async (...flags: string[]) =>
    columns((await commandInside(cli, ['du', address, ...flags])).stdout);
  expect(await du()).toEqual([' 3 1 file a-b/', ' 3 2 files a/', ' 16 4 files .']);
  expect(await du('-d', '2')).toContain(' 2 1 file a/sub/');
  expect(await du('-d', '0', '--json')).toEqual(['{"kind":"total","files":4,"size":16}']);
  expect(await du('-d', '0', '--quota', '1KB')).toEqual([' 16 4 files .', '1.6% of 1024']);
  expect(await du('-d', '0', '--json', '--quota', '64')).toEqual([
    '{"kind":"total","files":4,"size":16,"quota":64,"percent":25}',
  ]);
});

test.each([
  [['stat', 'nothere'], 5, /there is nothing at \/.*nothere;/],
  [['stat', 'stage://local/nothere'], 3, /there is nothing at stage:\/\/local\/nothere\n/],
  [['du', 'stage://local/nothere'], 3, /there is nothing at stage:\/\/local\/nothere\n/],
  [['ls', 'gs://x'], 2, /starts with gs:\/\//],
  [['ls', 'data', '--profile', 'x'], 2, /--profile is for an s3:\/\/ address, and ADDRESS is not one/],
  [['ls', 'data', '--tree', '--json'], 2, /one of the two/],
  [['ls', 'data', '--tree', '--sort', 'size'], 2, /--sort name alone/],
  [['ls', 'data', '--local'], 2, /without an address/],
])('%j ends with status %i', async (args, status, message) => {
  await using cli = await cliSandbox();
  await writeTree(join(cli.folder, 'data'), { f: '1' });
  await commandInside(cli, ['sync', 'data', STAGE]);
  const said = await commandInside(cli, args);
  expect([said.status, said.stdout]).toEqual([status, '']);
  expect(said.stderr).toMatch(message);
});
