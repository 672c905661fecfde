import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('--json: every line of stdout is an event, the last is the report with all its numbers', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'abc', 'data/sub/b.csv': 'b' });
  const run = await stage.cli.run(['sync', 'data', stage.address, '--json']);
  expect(run.events[0]).toMatchObject({ type: 'pass:started', dryRun: false });
  expect(run.events.filter(({ type }) => type === 'report')).toHaveLength(1);
  const { type, outcome, ...numbers } = run.report;
  expect([type, outcome]).toEqual(['report', 'clean']);
  for (const name of [
    'uploaded',
    'moved',
    'removed',
    'unchanged',
    'adopted',
    'skipped',
    'failed',
    'foldersCreated',
    'foldersRemoved',
    'bytes',
    'requests',
    'durationMs',
  ])
    expect(numbers).toHaveProperty(name, expect.any(Number));
  expect(run.report).toMatchObject({ uploaded: 2, bytes: 4 });
  expect(run.events).toContainEqual(
    expect.objectContaining({ type: 'action', kind: 'upload', path: 'sub/b.csv', reason: 'new', bytes: 1 }),
  );
});

test('without --json results are on stdout and stderr is silent when all is well', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'abc' });
  const plain = await stage.cli.run(['sync', 'data', stage.address]);
  expect(plain.stderr).toBe('');
  expect(plain.stdout).toMatch(/ -> stage:\/\/.*\nIn sync\n +changed +1 uploaded \(3 B\)/);
  const verbose = await stage.cli.run(['sync', 'data', stage.address, '--verbose', '--no-moves']);
  expect(verbose.stdout).toMatch(/kept +1 unchanged/);
  const quiet = await stage.cli.run(['sync', 'data', stage.address, '--quiet']);
  expect([quiet.stdout, quiet.stderr, quiet.status]).toEqual(['', '', 0]);
});

test('a name that steers terminals is shown as escapes', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a\u001b[2J\nb.csv': 'x', 'data/ok.csv': 'x' });
  const run = await stage.cli.run(['sync', 'data', stage.address, '--verbose']);
  expect(run.stdout + run.stderr).not.toContain('\u001b');
  expect(run.stderr).toContain('a\\u{1b}[2J\\nb.csv');
  expect(Object.keys(await stage.snapshot())).toEqual(['ok.csv']);
});

const DRY = ['sync -n', 'sync -n --json', 'plan -o -'];

test.each(DRY)('%s ends with status 130 and without a word when its reader goes away', async (command) => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const names = Array.from({ length: 5000 }, (_, i) => [`data/some-longer-name-${i}.csv`, ''] as const);
  await writeTree(cli.folder, Object.fromEntries(names));
  const words = command.split(' ');
  // the plan's text goes to stderr: 5,000 lines that nobody asked for here
  const quiet = words.includes('plan') ? ['--quiet'] : [];
  const run = await cli.run([...words, ...quiet, 'data', address], {
    running: ({ stdout }) => stdout?.once('data', () => stdout.destroy()),
  });
  expect([run.status, run.stderr]).toEqual([130, '']);
  expect(stage.changingRequests()).toBe(0);
});

/** A pipe whose reader is the test; to be given to a process as its stdout. */
function pipeIn(folder: string) {
  const name = join(folder, 'pipe');
  spawnSync('mkfifo', [name]);
  const reader = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(name, constants.O_WRONLY) };
}

test.runIf(process.platform === 'linux').each(DRY)(
  '%s ends when its reader went away while Stage does not answer',
  async (command) => {
    let asked = (): void => undefined;
    const listing = new Promise<void>((resolve) => (asked = resolve));
    let answer = (): void => undefined;
    const never = new Promise<void>((resolve) => (answer = resolve));
    await using stage = await servedStage({
      onRequest: async (phase) => {
        if (phase !== 'received') return;
        asked();
        await never;
      },
    });
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    const { reader, writer } = pipeIn(cli.folder);
    const bin = new URL('../../../bin/stagesync.js', import.meta.url).pathname;
    const words = command.split(' ');
    const child: ChildProcess = spawn(process.execPath, [bin, ...words, 'data', address], {
      cwd: cli.folder,
      env: cli.env,
      stdio: ['ignore', writer, 'pipe'],
    });
    closeSync(writer);
    let said = '';
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
    await listing;
    closeSync(reader);
    const [status] = (await once(child, 'close')) as [number | null];
    answer();
    expect([status, said]).toEqual([130, '']);
    expect(readdirSync(cli.folder).sort()).toEqual(['data', 'pipe']);
  },
);

test('the first signal ends a dry run at once: nothing of it is in flight', async () => {
  let answer = (): void => undefined;
  const never = new Promise<void>((resolve) => (answer = resolve));
  let stop = (): void => undefined;
  await using stage = await servedStage({
    onRequest: async (phase) => {
      if (phase !== 'received') return;
      stop();
      await never;
    },
  });
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  const run = await cli.run(['sync', '-n', 'data', address], {
    running: (child) => (stop = () => child.kill('SIGTERM')),
  });
  answer();
  expect(run.status).toBe(143);
});

const script = spawnSync('script', ['--version']).status === 0;

/** Runs a command line on a terminal, through util-linux' script. */
function onTerminal(env: Readonly<Record<string, string>>, cwd: string, args: readonly string[]): string {
  const bin = new URL('../../../bin/stagesync.js', import.meta.url).pathname;
  const command = `stty cols 100 rows 30; ${[process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ')}`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...env, TERM: 'xterm', SHELL: '/bin/sh' },
    encoding: 'utf8',
  });
  return stdout;
}

test.skipIf(!script)(
  'on a terminal there is a live display, and none with --no-progress, --quiet or CI',
  async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(
      cli.folder,
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`data/${i}.csv`, 'x'])),
    );
    // a slow Stage, in another process: the embedded one would share the command line's event loop
    const remote = ['sync', 'data', 'stage://local/x'];
    const shown = onTerminal(cli.env, cli.folder, [...remote, '--max-requests-per-second', '150']);
    expect(stripVTControlCharacters(shown)).toMatch(/\[[#━]*[-─]*\] +\d+% {2}\d+\/300 files {2}/);
    expect(shown).toContain('In sync');
    expect(shown.indexOf('In sync')).toBeGreaterThan(shown.lastIndexOf('/300 files'));
    for (const [flags, env] of [
      [['--no-progress'], {}],
      [['--quiet'], {}],
      [[], { CI: 'true' }],
    ] as const)
      expect(onTerminal({ ...cli.env, ...env }, cli.folder, [...remote, ...flags])).not.toContain('\u001b');
    expect(address).toContain('stage://');
  },
);
