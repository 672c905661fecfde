import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { servedStage } from '../support/served-stage.ts';
import { writeTree } from '../support/trees.ts';

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
  expect(run.stderr).toContain('a\\x1b[2J\\nb.csv');
  expect(Object.keys(await stage.snapshot())).toEqual(['ok.csv']);
});

const script = spawnSync('script', ['--version']).status === 0;

/** Runs a command line on a terminal, through util-linux' script. */
function onTerminal(env: Readonly<Record<string, string>>, cwd: string, args: readonly string[]): string {
  const bin = new URL('../../bin/stagesync.js', import.meta.url).pathname;
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
    expect(shown).toMatch(/\[#*-*\] +\d+% {2}\d+\/300 files {2}/);
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
