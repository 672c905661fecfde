import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { servedStage } from '../../support/stage/served-stage.ts';
import { commandInside } from '../../support/cli/command-inside.ts';

interface Summary {
  readonly type: string;
  readonly outcome: string;
  readonly status: number;
  readonly jobs: readonly {
    readonly job: string;
    readonly outcome: string;
    readonly status: number;
    readonly uploaded?: number;
  }[];
}

/** A Stage, a folder for each of three jobs, and the file that names them. */
async function pipelines(more = '') {
  const stage = await servedStage();
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const { folder } = stage.cli;
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, `${name}.csv`), `1,${name}\n`);
    await writeFile(join(folder, name, 'notes.txt'), 'x');
  }
  const job = (name: string): string =>
    `  ${name}: { from: ${name}, to: "stage://${stage.deployment}/target/${name}" }\n`;
  const text = `defaults:\n  what:\n    filters: [{ exclude: "*.txt" }]\n${more}jobs:\n${job('a')}${job('missing')}${job('b')}`;
  const write = (content: string): Promise<void> => writeFile(join(folder, 'stagesync.yaml'), content);
  await write(text);
  return {
    cli: stage.cli,
    emulator: stage.emulator,
    deployment: stage.deployment,
    snapshot: () => stage.snapshot(),
    changingRequests: () => stage.changingRequests(),
    write,
    text,
  };
}

const lastLine = (stdout: string): Summary => JSON.parse(stdout.trim().split('\n').at(-1)!) as Summary;

describe('stagesync run', () => {
  test('runs all jobs in the order of the file; one that fails does not keep the others from running', async () => {
    const { cli, snapshot } = await pipelines();
    const { status, stdout, stderr } = await cli.run(['run']);
    expect(status).toBe(5);
    expect(stderr).toContain('stagesync: missing: there is nothing at ');
    expect(stdout).toContain('a: In sync');
    expect(stdout).toContain('3 jobs: 2 in sync, 1 not');
    expect(stdout).toMatch(/ {2}missing {2}failed \(exit status 5\): there is nothing at /);
    expect(Object.keys(await snapshot()).toSorted()).toEqual(['a/', 'a/a.csv', 'b/', 'b/b.csv']);
  });

  test.each([[[]], [['--parallel']]])(
    'with --json %j each line has its job, and the last is a summary',
    async (more) => {
      const { cli } = await pipelines();
      const { status, stdout } = await commandInside(cli, ['run', '--json', ...more]);
      expect(status).toBe(5);
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { job?: string; type: string });
      expect(new Set(lines.slice(0, -1).map(({ job }) => job))).toEqual(new Set(['a', 'missing', 'b']));
      expect(lines.filter(({ type }) => type === 'report')).toHaveLength(3);
      expect(lastLine(stdout)).toMatchObject({
        type: 'summary',
        outcome: 'failures',
        status: 5,
        jobs: [
          { job: 'a', outcome: 'clean', status: 0, uploaded: 1 },
          { job: 'missing', outcome: 'failures', status: 5, error: { code: 'source_missing' } },
          { job: 'b', outcome: 'clean', status: 0, uploaded: 1 },
        ],
      });
    },
  );

  test('with --fail-fast no job begins after one that failed', async () => {
    const { cli } = await pipelines();
    const { stdout } = await commandInside(cli, ['run', '--json', '--fail-fast']);
    expect(lastLine(stdout).jobs.map(({ outcome }) => outcome)).toEqual(['clean', 'failures', 'not_run']);
  });

  test('flags count before the file, and a dry run changes nothing', async () => {
    const { cli, snapshot, changingRequests } = await pipelines();
    const before = changingRequests();
    const dry = await commandInside(cli, ['run', 'a', 'b', '--dry-run']);
    expect(dry).toMatchObject({ status: 0 });
    expect(dry.stdout).toContain('a: would upload  a.csv');
    expect(dry.stdout).toContain('2 jobs: 2 compared\n  a  compared\n');
    expect(changingRequests()).toBe(before);
    await commandInside(cli, ['run', 'a', '--exclude', 'a.csv']);
    expect(Object.keys(await snapshot())).toEqual(expect.arrayContaining(['a/', 'a/notes.txt']));
  });

  test('--explain-config says where each value comes from, with its line, and runs nothing', async () => {
    const { cli, changingRequests } = await pipelines('  pace: { max_wait: "${WAIT:-10m}" }\n');
    const before = changingRequests();
    const args = ['run', 'a', '--explain-config', '--concurrency', '3', '--delete'];
    const { status, stdout } = await commandInside(cli, args);
    expect([status, changingRequests()]).toEqual([0, before]);
    const row = (name: string): string =>
      new RegExp(`^  ${name} .*$`, 'm').exec(stdout)?.[0].replaceAll(/ +/g, ' ') ?? '';
    expect(row('from')).toMatch(/\/a stagesync\.yaml:6$/);
    expect(row('pace.concurrency')).toBe(' pace.concurrency 3 command line');
    expect(row('what.removal')).toBe(' what.removal ours command line');
    expect(row('what.moves')).toBe(' what.moves true default');
    expect(row('what.filters')).toContain('stagesync.yaml:3, for all jobs');
    expect(row('pace.max_wait')).toBe(' pace.max_wait 10m stagesync.yaml:4, for all jobs, with WAIT');
    expect(row('token')).toBe(' token set, and not shown environment, SINGLESTOREDB_MANAGEMENT_TOKEN');
    expect(stdout).not.toContain(cli.env['SINGLESTOREDB_MANAGEMENT_TOKEN']);
  });

  test('a file with mistakes runs nothing, and each of them is told on a line of its own', async () => {
    const { cli, write, text, changingRequests } = await pipelines();
    await write(`${text}  c: { form: c, to: "stage://x/y" }\nprofile: {}\n`);
    const before = changingRequests();
    const { status, stderr, stdout } = await commandInside(cli, ['run', '--json']);
    expect([status, changingRequests()]).toEqual([2, before]);
    expect(stderr.trim().split('\n')).toEqual([
      'stagesync.yaml:8:3: jobs.c: needs "from"',
      'stagesync.yaml:8:8: jobs.c: there is no "form" here; did you mean "from"?',
      'stagesync.yaml:9:1: there is no "profile" here; did you mean "profiles"?',
      'stagesync: stagesync.yaml has 3 mistakes, and nothing of it was done',
    ]);
    expect(lastLine(stdout)).toMatchObject({ type: 'summary', outcome: 'failures', status: 2 });
  });

  test.each([
    [['run', 'missin'], 'there is no job missin; did you mean "missing"?'],
    [['run', '--file', 'none.yaml'], 'there is no jobs file none.yaml'],
  ])('%j: what is not there is told with the way out', async (args, told) => {
    const { cli } = await pipelines();
    const { status, stderr } = await commandInside(cli, args);
    expect(status).toBe(2);
    expect(stderr).toContain(told);
  });
});

describe('a program that a file names', () => {
  const PROGRAM = '#!/bin/sh\necho ran >> ran\necho "$TOKEN_OF_TEST"\n';

  async function withProgram() {
    const stage = await pipelines();
    const { folder } = stage.cli;
    await writeFile(join(folder, 'print-token'), PROGRAM);
    await chmod(join(folder, 'print-token'), 0o755);
    await stage.write(
      `profiles: { p: { token_command: [./print-token] } }\njobs:\n  a: { from: a, to: "stage://${stage.deployment}/target/a", profile: p }\n`,
    );
    const env = { TOKEN_OF_TEST: stage.emulator.token, SINGLESTOREDB_MANAGEMENT_TOKEN: undefined };
    const ran = async (): Promise<boolean> =>
      (await readFile(join(folder, 'ran'), 'utf8').catch(() => '')) !== '';
    return { ...stage, env, ran };
  }

  test('does not run where the file merely lies in the current folder', async () => {
    const { cli, env, ran } = await withProgram();
    const { status, stderr } = await cli.run(['run'], { env });
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /the job a needs what .*stagesync\.yaml may only do once you approve it: profiles\.p\.token_command runs \.\/print-token/,
    );
    const asked = await cli.run(['trust'], { env });
    expect(asked.status).toBe(4);
    expect(asked.stderr).toContain('runs ./print-token  (profiles.p.token_command)');
    for (const look of [
      ['jobs', 'list'],
      ['jobs', 'show', 'a'],
      ['jobs', 'validate'],
      ['jobs', 'next'],
    ])
      expect((await commandInside(cli, look)).status).toBe(0);
    expect(await ran()).toBe(false);
  });

  test.each([
    ['was approved', ['trust', '--yes'], ['run']],
    ['is named', undefined, ['run', '--file', 'stagesync.yaml']],
  ])('gives the token once the file %s, and no run shows it', async (_, first, args) => {
    const { cli, env, ran, snapshot, emulator, write } = await withProgram();
    if (first !== undefined) expect((await cli.run(first, { env })).status).toBe(0);
    const { status, stdout, stderr } = await cli.run([...args, '--verbose'], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(await ran()).toBe(true);
    expect(Object.keys(await snapshot())).toContain('a/a.csv');
    expect(stdout).not.toContain(emulator.token);
    if (first === undefined) return;
    await write('jobs: {}\n# changed\nprofiles: { p: { token_command: [./print-token, again] } }\n');
    expect((await commandInside(cli, ['jobs', 'validate', '--json'])).stdout).toContain('"approved":true');
  });
});
