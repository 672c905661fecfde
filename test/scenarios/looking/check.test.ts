import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { check } from '../../../src/index.ts';
import type { Finding } from '../../../src/check/finding.ts';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { ODD_NAMES, writeTree } from '../../support/trees/trees.ts';

const STAGE = 'stage://local/target';

async function synced(files: Readonly<Record<string, string>>) {
  const cli = await cliSandbox();
  const folder = join(cli.folder, 'data');
  await writeTree(folder, files);
  expect(await commandInside(cli, ['sync', 'data', STAGE])).toMatchObject({ status: 0 });
  return { cli, folder };
}

const MANY = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`d${i % 9}/${i}.csv`, `row ${i}`]));

test('finds one flipped byte among many files by --content, and by names and sizes nothing', async () => {
  const { cli, folder } = await synced({
    ...MANY,
    ...Object.fromEntries(ODD_NAMES.map((name) => [name, 'odd'])),
  });
  await using _ = cli;
  const files = 100 + ODD_NAMES.length;
  expect(await commandInside(cli, ['check', 'data', STAGE, '--content'])).toMatchObject({
    status: 0,
    stdout: `${files} files equal by names, sizes and content\n`,
    stderr: '',
  });
  await writeFile(join(folder, 'd3/21.csv'), 'row 2!');
  expect(await commandInside(cli, ['check', 'data', STAGE])).toMatchObject({
    status: 0,
    stdout: `${files} files equal by names and sizes\n`,
  });
  expect(await cli.run(['check', 'data', STAGE, '--content'])).toMatchObject({
    status: 8,
    stdout: `differ   d3/21.csv  (6 bytes; byte 5 is the first that differs)\nthe places differ: 1 differ, ${files - 1} equal\n`,
  });
});

test('lists by kind, in words and as JSON, and takes filters', async () => {
  const { cli, folder } = await synced({ a: '1', b: '2', c: '3', 'log/x': 'l' });
  await using _ = cli;
  await commandInside(cli, ['sync', 'data', 'stage://local/other']);
  await writeFile(join(folder, 'b'), 'longer');
  await writeFile(join(folder, 'new'), 'n');
  expect(await commandInside(cli, ['check', 'data', STAGE, '--differ'])).toMatchObject({
    status: 8,
    stdout: 'differ   b  (6 bytes in A, 1 in B)\nthe places differ: 1 differ, 1 missing in B, 3 equal\n',
  });
  const json = await commandInside(cli, [
    'check',
    STAGE,
    'data',
    '--json',
    '--exclude',
    'log',
    '--exclude',
    '/b',
  ]);
  expect(json.status).toBe(8);
  expect(json.events).toEqual([
    { kind: 'extra', path: 'new', size: 1 },
    expect.objectContaining({ kind: 'summary', equal: 2, extra: 1, differ: 0 }),
  ]);
  // two Stages, and two directories
  expect(await commandInside(cli, ['check', STAGE, 'stage://local/other', '--content'])).toMatchObject({
    status: 0,
  });
  expect(await commandInside(cli, ['check', 'data', 'data/.'])).toMatchObject({ status: 0 });
});

test('what cannot be read is told on stderr, escaped, with status 3; a link that is left out is a warning', async () => {
  const { cli, folder } = await synced({ a: '1' });
  await using _ = cli;
  await symlink('a', join(folder, 'link'));
  expect(await commandInside(cli, ['check', 'data', STAGE])).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^stagesync: link in A: is a symbolic link/) as string,
  });
  await writeFile(join(folder, 'bell\u0007\u001b[31m'), '');
  const { status, stdout, stderr } = await commandInside(cli, ['check', 'data', STAGE, '--content']);
  expect([status, stdout]).toEqual([
    3,
    '1 file equal by names, sizes and content; 2 places could not be compared\n',
  ]);
  expect(stderr).toContain(String.raw`bell\u{7}\u{1b}[31m in A: its name contains a control character`);
});

test('a sample says what it proves, and its seed draws it again', async () => {
  const { cli, folder } = await synced(MANY);
  await using _ = cli;
  const said = await commandInside(cli, ['check', 'data', STAGE, '--sample', '20%']);
  expect(said).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(
      /^100 files equal by names and sizes\nsample of 20%: \d+ of 100 files of equal size read \(.*\), seed \d+; their contents are equal, so that with a confidence of 95% less than \d+\.\d% of all differ\n$/,
    ) as string,
  });
  const [, read, seed] = /: (\d+) of 100.*seed (\d+)/.exec(said.stdout)!;
  const again = await commandInside(cli, [
    'check',
    'data',
    STAGE,
    '--sample',
    '20',
    '--seed',
    seed!,
    '--json',
  ]);
  expect(again.events.at(-1)).toMatchObject({ read: Number(read), seed: Number(seed) });
  for (let i = 0; i < 100; i++) await writeFile(join(folder, `d${i % 9}/${i}.csv`), `raw ${i}`);
  expect(await commandInside(cli, ['check', 'data', STAGE, '--sample', '20', '--seed', seed!])).toMatchObject(
    {
      status: 8,
      stdout: expect.stringContaining(`${read} of those read differ\n`) as string,
    },
  );
  expect((await commandInside(cli, ['check', 'data', STAGE, '--sample', '0.0000001%'])).stdout).toContain(
    'that says nothing of the contents',
  );
});

test.each([
  [['check', 'data', 'nothere'], 5, /B: there is nothing at \/.*nothere;/],
  [['check', 'data', 'stage://local/nothere'], 5, /B: there is nothing at stage:.*nothere\/;/],
  [['check', 'data', 'gs://bucket/x'], 2, /B gs:\/\/bucket\/x starts with gs:\/\/, which is not supported/],
  [['check', '', 'data'], 2, /A is empty/],
  [['check', 'data', 'data', '--profile', 'p'], 2, /--profile is for an s3:\/\/ address/],
  [['check', 'data', 'data', '--seed', '1'], 2, /needs --sample/],
  [['check', 'data', 'data', '--sample', '1%', '--content'], 2, /one of the two/],
  [['check', 'data', 'data', '--sample', '0%'], 2, /above 0%/],
  [['check', 'data', STAGE, '--base-url', 'http://localhost:1'], 2, /embedded Stage/],
])('%j ends with status %i', async (args, status, message) => {
  await using cli = await cliSandbox();
  await writeTree(join(cli.folder, 'data'), { a: '1' });
  const said = await commandInside(cli, args);
  expect([said.status, said.stdout]).toEqual([status, '']);
  expect(said.stderr).toMatch(message);
});

test('the library does the same', async () => {
  const { cli, folder } = await synced({ a: '1', b: '2' });
  await using _ = cli;
  await writeFile(join(folder, 'b'), '!');
  const findings: Finding[] = [];
  const result = await check({
    a: 'data',
    b: { kind: 'stage', deployment: 'local', path: 'target' },
    content: 'all',
    environment: cli.env,
    folder: cli.folder,
    onFinding: (finding) => void findings.push(finding),
  });
  expect(result).toMatchObject({ equal: 1, differ: 1, read: 2 });
  expect(findings).toEqual([{ kind: 'differ', path: 'b', sizeA: 1, sizeB: 1, offset: 0 }]);
});
