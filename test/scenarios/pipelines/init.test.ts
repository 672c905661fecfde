import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { cliSandbox, type CliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';

async function place(): Promise<CliSandbox> {
  const cli = await cliSandbox();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  await mkdir(join(cli.folder, 'data'));
  await writeFile(join(cli.folder, 'data', 'a.csv'), '1,a\n');
  return cli;
}

const written = (cli: CliSandbox, name = 'stagesync.yaml'): Promise<string> =>
  readFile(join(cli.folder, name), 'utf8');

test('flags alone write a file that runs as its last line says', async () => {
  const cli = await place();
  const made = await cli.run([
    'init',
    '--from',
    'data',
    '--to',
    'stage://local/in',
    '--schedule',
    '30 2 * * *',
    '--delete',
  ]);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  expect(made.stdout.trim().split('\n')).toEqual([
    'wrote stagesync.yaml',
    expect.stringMatching(/^the source .*\/data is there$/),
    'the destination stage://local/in answers; the folder is made by the first run',
    'next: stagesync run data --dry-run',
  ]);
  expect((await cli.run(['run', 'data', '--dry-run'])).stdout).toContain('would upload  a.csv');
  expect((await commandInside(cli, ['jobs', 'list'])).stdout).toContain('30 2 * * *');
});

test('a file that is there is never overwritten', async () => {
  const cli = await place();
  await writeFile(join(cli.folder, 'stagesync.yaml'), 'mine');
  const { status, stderr } = await commandInside(cli, ['init', '--from', 'data', '--to', 'stage://local/in']);
  expect([status, await written(cli)]).toEqual([2, 'mine']);
  expect(stderr).toContain(
    'stagesync.yaml is there already, and is not overwritten: name another file with --output',
  );
});

test.each([
  [[], 'there is no terminal to ask at: give --from and --to'],
  [['--from', 'data'], 'give --to,'],
  [['--from', 'ftp://x', '--to', 'stage://local/x'], '--from: this ftp://x starts with ftp://'],
  [
    ['--from', 'data', '--to', 'stage://local/x', '--schedule', '0 0 30 2 *'],
    '--schedule: "0 0 30 2 *" never comes',
  ],
  [['--from', 'data', '--to', 'stage://local/x', '--schedule', '0 1 * * *', '--watch'], 'give one'],
  [['--from', 'data', '--to', 'stage://local/x', '--name', 'a b'], '--name: letters, digits'],
])('without a terminal %j is told what is missing or wrong, and nothing is written', async (flags, told) => {
  const cli = await place();
  const { status, stderr } = await commandInside(cli, ['init', ...flags]);
  expect(status).toBe(2);
  expect(stderr).toContain(told);
  await expect(written(cli)).rejects.toThrow('ENOENT');
});

test('what is not right yet is told, and the file is written all the same', async () => {
  const cli = await place();
  const { status, stdout, stderr } = await commandInside(cli, [
    'init',
    '--from',
    'missing',
    '--to',
    'stage://g/in',
  ]);
  expect(status).toBe(0);
  expect(stdout).toContain('next: stagesync run missing --dry-run');
  expect(stderr).toMatch(/the source .*\/missing could not be used: /);
  expect(stderr).toMatch(/the destination stage:\/\/g\/in could not be used: no API token/);
});

/** A terminal at which somebody sits: `types` waits for the question, then types. */
function terminal(cli: CliSandbox) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const stdout = new PassThrough();
  const seen = { stderr: '', stdout: '' };
  stderr.on('data', (part: Buffer) => (seen.stderr += part.toString()));
  stdout.on('data', (part: Buffer) => (seen.stdout += part.toString()));
  const status = main(['init'], {
    env: cli.env,
    cwd: cli.folder,
    home: cli.env['HOME']!,
    pid: process.pid,
    versions: { node: process.versions.node, platform: 'test' },
    stdin,
    stdout,
    stderr,
    onSignal: () => () => undefined,
    onCrash: () => () => undefined,
    keepHeapSmall: () => undefined,
    collectBuffers: () => () => undefined,
    collectGarbage: () => undefined,
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
  });
  const types = async (question: string, keys: readonly string[]): Promise<void> => {
    await vi.waitFor(() => expect(seen.stderr).toContain(question), { timeout: 10_000 });
    for (const key of keys) stdin.write(key);
  };
  return { status, types, seen };
}

test('at a terminal it asks, and writes what was answered', async () => {
  const cli = await place();
  const { status, types, seen } = terminal(cli);
  await types('What is copied?', ['data', '\r']);
  await types('Where does it go?', ['\r']);
  await types('A name for the job?', ['\r']);
  await types('When does it run?', ['\u001B[B', '\u001B[B', '\r']);
  await types('Remove at the destination', ['y']);
  expect(await status).toBe(0);
  expect(seen.stdout).toContain('next: stagesync run data --dry-run');
  const text = await written(cli);
  expect(text).toContain('from: data\n    to: stage://local/data\n');
  expect(text).toContain('watch: true');
  expect(text).toContain('removal: ours');
});

test('a file that appears while somebody answers is not overwritten', async () => {
  const cli = await place();
  const { status, types, seen } = terminal(cli);
  await types('What is copied?', ['data', '\r']);
  await types('Where does it go?', ['\r']);
  await types('A name for the job?', ['\r']);
  await types('When does it run?', ['\r']);
  await writeFile(join(cli.folder, 'stagesync.yaml'), 'mine');
  await types('Remove at the destination', ['n']);
  expect(await status).toBe(2);
  expect(seen.stderr).toContain('stagesync.yaml is there already');
  expect(await written(cli)).toBe('mine');
});

test('Ctrl-C at a question ends it with 130, and nothing is written', async () => {
  const cli = await place();
  const { status, types, seen } = terminal(cli);
  await types('What is copied?', ['\u0003']);
  expect(await status).toBe(130);
  expect(seen.stderr).toContain('stopped; nothing was written');
  await expect(written(cli)).rejects.toThrow('ENOENT');
});

test('the server of a bucket is written down, and the file that says so is approved', async () => {
  const cli = await place();
  const made = await commandInside(
    cli,
    ['init', '--from', 's3://sales/in', '--to', 'stage://local/in', '--no-check'],
    { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } },
  );
  expect(made.stdout.trim().split('\n')).toEqual([
    'wrote stagesync.yaml',
    'approved that it sends requests that your AWS keys sign to http://127.0.0.1:9',
    'next: stagesync run in --dry-run',
  ]);
  expect(await written(cli)).toContain('      endpoint_url: http://127.0.0.1:9\n');
  expect((await commandInside(cli, ['trust', '--revoke'])).stdout).toBe(
    'stagesync.yaml is not approved any more\n',
  );
  expect((await commandInside(cli, ['run', '--dry-run'])).stderr).toContain('stagesync trust');
});

test('where npx began the command, the next one begins with npx too', async () => {
  const cli = await place();
  const made = await commandInside(
    cli,
    ['init', '--from', 'data', '--to', 'stage://local/in', '--no-check'],
    { env: { npm_command: 'exec', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } },
  );
  expect(made.stdout.trim().split('\n').at(-1)).toBe('next: npx stagesync run data --dry-run');
  expect(await written(cli)).not.toContain('profiles:');
});
