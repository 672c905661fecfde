import { lstat, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { digestOf, snapshotFolder, writeTree, type Tree } from '../../support/trees/trees.ts';

const TREE: Tree = {
  'a.csv': 'a\n1\n',
  'b.txt': 'b',
  'sub/c.csv': 'c',
  'sub/empty/': '',
  'größe/ß.csv': 'odd',
};

/** A Stage with nothing in it, and TREE in the folder "data" of this machine. */
async function beside() {
  const stage = await servedStage();
  const { cli } = stage;
  await writeTree(join(cli.folder, 'data'), TREE);
  return {
    ...stage,
    at: (name: string): string => join(cli.folder, name),
    run: (...args: string[]) => commandInside(cli, args),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

const lines = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a tree goes to a Stage and comes back the same; the same commands again change nothing', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  expect(await run('put', '-r', 'data', address)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^copied 4 files/),
  });
  expect(await stage.snapshot()).toEqual(snapshotFolder(at('data')));
  expect(await run('get', '-r', address, 'back')).toMatchObject({ status: 0 });
  expect(snapshotFolder(at('back'))).toEqual(snapshotFolder(at('data')));
  const before = stage.changingRequests();
  expect(await run('cp', '-r', 'data', address)).toMatchObject({
    status: 0,
    stdout: 'copied nothing, 4 already there\n',
  });
  expect(await run('cp', '-r', address, 'back')).toMatchObject({
    status: 0,
    stdout: 'copied nothing, 4 already there\n',
  });
  expect(stage.changingRequests()).toBe(before);
});

const PLACES: readonly [string[], string, Record<string, string>][] = [
  [['data/a.csv'], '/x/', { 'x/a.csv': 'a\n1\n' }],
  [['data/a.csv'], '/new.csv', { 'new.csv': 'a\n1\n' }],
  [['data/a.csv'], '/there', { 'there/old': 'b', 'there/a.csv': 'a\n1\n' }],
  [['data/a.csv'], '/deep/er/', { 'deep/er/a.csv': 'a\n1\n' }],
  [['data/a.csv', 'data/b.txt'], '/two', { 'two/a.csv': 'a\n1\n', 'two/b.txt': 'b' }],
  [['data/*.csv'], '/match', { 'match/a.csv': 'a\n1\n' }],
  [['-r', 'data/sub'], '/s', { 's/c.csv': 'c' }],
  [['-r', 'data/sub'], '/s/', { 's/sub/c.csv': 'c' }],
  [['-r', 'data/sub', 'data/a.csv'], '/s', { 's/sub/c.csv': 'c', 's/a.csv': 'a\n1\n' }],
  [['-r', 'data/s*'], '/s', { 's/sub/c.csv': 'c' }],
  [['--atomic', 'data/a.csv'], '/atomic/x', { 'atomic/x': 'a\n1\n' }],
];

test('a file keeps its name in a folder, and a tree goes into DEST, or under its name where a slash ends DEST', async () => {
  await using stage = await beside();
  const { run, address } = stage;
  for (const [at, [from, to, files]] of PLACES.entries()) {
    const top = `${at}-`;
    if (to === '/there') await run('put', 'data/b.txt', `${address}/${top}there/old`);
    const result = await run('cp', ...from, `${address}/${top}${to.slice(1)}`);
    expect(result, from.join(' ')).toMatchObject({ status: 0, stderr: '' });
    const expected = Object.entries(files).map(([path, text]) => [`${top}${path}`, digestOf(text)]);
    const shown = Object.entries(await stage.snapshot()).filter(
      ([path]) => path.startsWith(top) && !path.endsWith('/'),
    );
    expect(Object.fromEntries(shown), from.join(' ')).toEqual(Object.fromEntries(expected));
  }
});

const COPIES_HERE: readonly [string[], string, string[]][] = [
  [['get', 'ADDRESS/a.csv'], '.', ['a.csv']],
  [['get', 'ADDRESS/a.csv', 'x.csv'], '.', ['x.csv']],
  [['get', 'ADDRESS/a.csv', 'new/'], 'new', ['a.csv']],
  [['get', 'ADDRESS/a.csv', 'deep/er/x'], 'deep/er', ['x']],
  [['get', 'ADDRESS/a.csv', 'ADDRESS/b.txt'], '.', ['a.csv', 'b.txt']],
  [['get', 'ADDRESS/**/*.csv', 'flat'], 'flat', ['a.csv', 'c.csv', 'ß.csv']],
  [['get', '-r', 'ADDRESS/sub', 'x'], 'x', ['c.csv', 'empty/']],
  [['get', '-r', 'ADDRESS/sub', 'x/'], 'x', ['sub/', 'sub/c.csv', 'sub/empty/']],
  [['cp', '-r', 'ADDRESS', 'x', '--exclude', '*.csv'], 'x', ['b.txt', 'größe/', 'sub/', 'sub/empty/']],
];

test('the same rules hold on this machine', async () => {
  await using stage = await beside();
  const { run, at, cli, address } = stage;
  await run('put', '-r', 'data', address);
  for (const [index, [args, folder, paths]] of COPIES_HERE.entries()) {
    const cwd = at(`here-${index}`);
    await mkdir(cwd);
    const line = args.map((arg) => arg.replace('ADDRESS', address));
    expect(await commandInside(cli, line, { cwd }), line.join(' ')).toMatchObject({ status: 0, stderr: '' });
    expect(Object.keys(snapshotFolder(join(cwd, folder))).sort(), line.join(' ')).toEqual(paths.toSorted());
  }
});

test('a file that differs stays, in both directions, unless --overwrite is given', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await run('put', '-r', 'data', address);
  await writeFile(at('data/a.csv'), 'A\n1\n');
  // a disk may date what is written now by some milliseconds too early, at which the Stage got its file
  await utimes(at('data/a.csv'), new Date(), new Date(Date.now() + 60_000));
  const kept = await run('put', '-r', 'data', address);
  expect(kept.status).toBe(3);
  expect(kept.stderr).toBe(
    `stagesync: data/a.csv: not copied: ${address}/a.csv is another file (of the same size); --overwrite replaces it\n`,
  );
  expect(kept.stdout).toBe('copied nothing, 3 already there, 1 kept, as it differs\n');
  expect((await stage.snapshot())['a.csv']).toBe(digestOf('a\n1\n'));
  expect(await run('get', `${address}/a.csv`, 'data/')).toMatchObject({ status: 3 });
  expect(await readFile(at('data/a.csv'), 'utf8')).toBe('A\n1\n');

  expect(await run('put', '--overwrite', '-r', 'data', address)).toMatchObject({ status: 0 });
  expect((await stage.snapshot())['a.csv']).toBe(digestOf('A\n1\n'));
  await writeFile(at('data/a.csv'), 'longer than before');
  expect(await run('get', '--overwrite', `${address}/a.csv`, 'data/')).toMatchObject({ status: 0 });
  expect(await readFile(at('data/a.csv'), 'utf8')).toBe('A\n1\n');
});

test('--compare size believes a copy that is not older, and only that', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await run('put', 'data/a.csv', `${address}/`);
  await writeFile(at('data/a.csv'), 'A\n1\n');
  await utimes(at('data/a.csv'), 1, 1);
  expect(await run('put', '--compare', 'size', 'data/a.csv', `${address}/`)).toMatchObject({ status: 0 });
  await utimes(at('data/a.csv'), 4e9, 4e9);
  expect(await run('put', '--compare', 'size', 'data/a.csv', `${address}/`)).toMatchObject({ status: 3 });
});

test('a dry run says what would be copied, and changes nothing', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  const before = stage.changingRequests();
  const result = await run('put', '-n', '-r', 'data', `${address}/`);
  expect(result.stdout).toContain(`would copy data/sub/c.csv -> ${address}/data/sub/c.csv  (1 B)\n`);
  expect(result.stdout).toMatch(/would copy 4 files \(\d+ B\)\n$/);
  expect(stage.changingRequests()).toBe(before);
  await run('put', '-r', 'data', address);
  expect(await run('get', '-n', '-r', address, 'nowhere')).toMatchObject({ status: 0 });
  await expect(stat(at('nowhere'))).rejects.toThrow('ENOENT');
});

test('--json has an object for each file, and a summary', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await run('put', 'data/b.txt', `${address}/`);
  await writeFile(at('data/b.txt'), 'other');
  const result = await run(
    'put',
    '--json',
    'data/a.csv',
    'data/b.txt',
    'data/none',
    'data/sub',
    `${address}/`,
  );
  expect(result.status).toBe(3);
  const found = lines(result.stdout);
  const of = (from: string) => found.find((each) => each['from'] === from);
  expect(of('data/a.csv')).toEqual({
    kind: 'copied',
    from: 'data/a.csv',
    to: `${address}/a.csv`,
    size: 4,
    replaced: false,
  });
  expect(of('data/b.txt')).toMatchObject({ kind: 'kept', size: 5, sizeThere: 1 });
  expect(of('data/none')).toMatchObject({ kind: 'failed', code: 'source_missing', severity: 'failure' });
  expect(of('data/sub/')).toMatchObject({ kind: 'failed', code: 'folder_kept' });
  expect(found.at(-1)).toMatchObject({
    kind: 'summary',
    copied: 1,
    bytes: 4,
    kept: 1,
    failed: 2,
    isInterrupted: false,
  });
});

test('two SRC of one name: the first gets it, and the second is a failure', async () => {
  await using stage = await beside();
  await writeTree(stage.at('more'), { 'a.csv': 'another' });
  const result = await stage.run('put', 'data/a.csv', 'more/a.csv', `${stage.address}/`);
  expect(result).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('more/a.csv: it cannot be copied: another SRC has the name a.csv'),
  });
  expect((await stage.snapshot())['a.csv']).toBe(digestOf('a\n1\n'));
});

test('what lies in the way stays, is told, and the rest arrives', async () => {
  await using stage = await beside();
  const { run, address } = stage;
  await run('put', 'data/b.txt', `${address}/sub`);
  await run('put', '-r', 'data/sub', `${address}/b.txt`);
  const result = await run('put', '-r', 'data', address);
  expect(result.status).toBe(3);
  expect(result.stderr).toContain('data/b.txt: a folder has its name there');
  expect(result.stderr).toContain(
    'data/sub/c.csv: the folder target/sub/ cannot be made: a file has its name',
  );
  expect(await stage.snapshot()).toMatchObject({
    'a.csv': digestOf('a\n1\n'),
    'größe/ß.csv': digestOf('odd'),
    sub: digestOf('b'),
  });
});

test('a link in a folder is left out with a warning, one that is named is followed', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await symlink(at('data/a.csv'), at('data/link.csv'));
  const tree = await run('put', '-r', 'data', address);
  expect(tree).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^stagesync: warning: data\/link.csv: /),
  });
  expect(await run('put', 'data/link.csv', `${address}/`)).toMatchObject({ status: 0 });
  expect(await stage.snapshot()).toMatchObject({ 'link.csv': digestOf('a\n1\n') });
});

test('a pattern that only folders match, or nothing, is a failure without -r', async () => {
  await using stage = await beside();
  const { run, address } = stage;
  const folders = await run('put', 'data/s*', address);
  expect(folders).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('only folders match this pattern; -r'),
  });
  const nothing = await run('put', 'data/z*', address);
  expect(nothing).toMatchObject({ status: 3, stderr: expect.stringContaining('data/z*: nothing matches') });
});

test('cp has no flag of a sync that it would not heed', async () => {
  await using stage = await beside();
  const help = (await stage.run('cp', '--help')).stdout;
  const flags = [...help.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag!);
  expect(flags.filter((flag) => !KNOWN.includes(flag))).toEqual([]);
});

const KNOWN =
  '--recursive --overwrite --compare --dry-run --atomic --spool-max --include --exclude --filter-from --follow-symlinks --ignore-glacier-warnings --force-glacier-transfer --page-size --concurrency --budget --max-wait --json --quiet --verbose --no-progress --profile --region --endpoint-url --path-style --no-sign-request --request-payer --sse-c-key-file --token-file --base-url --api-version --organization --allow-insecure --help'.split(
    ' ',
  );

test('one Stage copies to another place of its own, but no folder into itself', async () => {
  await using stage = await beside();
  const { run, address } = stage;
  await run('put', '-r', 'data', `${address}/one`);
  expect(await run('cp', '-r', `${address}/one`, `${address}/two`)).toMatchObject({ status: 0 });
  expect(await stage.snapshot()).toMatchObject({ 'two/sub/c.csv': digestOf('c') });
  const into = await run('cp', '-r', `${address}/one`, `${address}/one/two`);
  expect(into).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('it cannot be copied into itself'),
  });
});

const REFUSED: readonly [string[], RegExp][] = [
  [['cp', 'data/a.csv'], /DEST is missing/],
  [['cp', 'data/a.csv', 'x.csv'], /both on this machine: use the cp of the system/],
  [['cp', 'data/a.csv', 's3://bucket/x'], /S3 is only read/],
  [['put', 'stage:///x', 'stage:///y'], /use "stagesync cp"/],
  [['put', 'data/a.csv', 'x.csv'], /put copies to a Stage/],
  [['get', 's3://bucket/x', 'y'], /get copies from a Stage/],
  [['cp', '-', 'data/a.csv', 'stage:///x'], /goes alone/],
  [['cp', '-', 'stage:///x/'], /has no name: name the file in DEST, as in stage:\/\/\/x\/NAME/],
  [['cp', '-', '-'], /both "-"/],
  [['cp', 'stage:///x', '-', '--overwrite'], /--overwrite has no use/],
  [['cp', 'data/a.csv', 'stage:///x', '--spool-max', '5M'], /--spool-max is for stdin/],
  [['cp', 'stage:///x', 'y', '--atomic'], /--atomic is for a Stage/],
  [['cp', 'stage:///x', 'y', '--region', 'r'], /--region is for an s3:\/\/ address/],
  [['cp', 'data/a.csv', 'stage:///.stagesync-x'], /reserved/],
  [['cp', 'data/a.csv', 'stage:///a/../b'], /\.\./],
];

test('what cannot be meant is refused with status 2 before anything is done', async () => {
  await using stage = await beside();
  for (const [args, message] of REFUSED) {
    const result = await stage.run(...args);
    expect([result.status, result.stdout], args.join(' ')).toEqual([2, '']);
    expect(result.stderr).toMatch(message);
  }
  expect(stage.changingRequests()).toBe(0);
});

test('cat writes several files of any place, and what a pattern matches', async () => {
  await using stage = await beside();
  const { run, address } = stage;
  await run('put', '-r', 'data', address);
  expect((await run('cat', `${address}/a.csv`, 'data/b.txt')).stdout).toBe('a\n1\nb');
  expect((await run('cat', `${address}/*.*`)).stdout).toBe('a\n1\nb');
  expect((await run('cp', `${address}/sub/c.csv`, '-')).stdout).toBe('c');
  expect(await run('cat', 'data/sub')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('is a folder'),
  });
  expect(await run('cat', 'data/none')).toMatchObject({
    status: 5,
    stderr: expect.stringContaining('there is nothing at '),
  });
});

test('a local folder with the name of a file stays', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await run('put', 'data/a.csv', `${address}/`);
  await mkdir(at('there/a.csv'), { recursive: true });
  const result = await run('get', '--overwrite', `${address}/a.csv`, 'there/');
  expect(result).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('a folder has its name; name another DEST, or move the folder away'),
  });
});

test('a link that DEST names is followed and stays a link; one that leads nowhere is refused, one below DEST is never followed', async () => {
  await using stage = await beside();
  const { run, at, address } = stage;
  await run('put', 'data/a.csv', `${address}/sub/`);
  await mkdir(at('real'));
  await writeFile(at('real/old.csv'), 'old');
  await symlink('real/old.csv', at('link.csv'));
  await symlink('nowhere', at('dangling'));
  await symlink('loop', at('loop'));
  await symlink('real', at('folder'));
  expect(await run('get', `${address}/sub/a.csv`, 'link.csv')).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('link.csv is another file'),
  });
  expect((await run('get', '--overwrite', `${address}/sub/a.csv`, 'link.csv')).status).toBe(0);
  expect([
    (await lstat(at('link.csv'))).isSymbolicLink(),
    await readFile(at('real/old.csv'), 'utf8'),
  ]).toEqual([true, 'a\n1\n']);
  for (const name of ['dangling', 'loop'])
    expect(await run('get', `${address}/sub/a.csv`, name)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`DEST ${name} is a symbolic link that leads nowhere`),
    });
  expect((await run('get', `${address}/sub/a.csv`, 'folder')).status).toBe(0);
  expect(await readFile(at('real/a.csv'), 'utf8')).toBe('a\n1\n');
  await mkdir(at('into'));
  await symlink('../real', at('into/sub'));
  await rm(at('real/a.csv'));
  expect((await run('get', '-r', address, 'into')).status).toBe(3);
  expect(await readdir(at('real'))).toEqual(['old.csv']);
});
