import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const SECRET = 'hush-hush';
/** Nobody listens there. */
const AWAY = 'redis://127.0.0.1:1';

describe('a budget that is not there', () => {
  test.each([
    ['a sync', (address: string) => ['sync', 'data', address]],
    ['a look', (address: string) => ['ls', address]],
    ['a change', (address: string) => ['rm', `${address}/a.csv`]],
    ['the Management API', () => ['workspaces', 'list']],
  ])('ends %s with status 5 before anything is sent', async (_, args) => {
    await using stage = await servedStage();
    const { cli, address, emulator } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    const before = emulator.counters.read().requests;
    const { status, stderr } = await commandInside(cli, [...args(address), '--budget', AWAY]);
    expect(stderr).toContain(`cannot reach ${AWAY}`);
    expect(stderr).toContain('--budget');
    expect(status).toBe(5);
    expect(emulator.counters.read().requests - before).toBe(0);
  });

  test('by the environment, and a flag counts before it', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const env = { STAGESYNC_BUDGET_URL: `redis://:${SECRET}@127.0.0.1:1` };
    const byVariable = await commandInside(cli, ['ls', address], { env });
    expect(byVariable.status).toBe(5);
    expect(byVariable.stderr).toContain('STAGESYNC_BUDGET_URL');
    const byFlag = await commandInside(cli, ['ls', address, '--budget', 'redis://127.0.0.1:2'], { env });
    expect(byFlag.stderr).toContain('redis://127.0.0.1:2');
    expect(byVariable.stderr + byFlag.stderr).not.toContain(SECRET);
  });

  test.each([
    [`redis://:${SECRET}@127.0.0.1:1`, 'STAGESYNC_BUDGET_URL'],
    [`http://127.0.0.1:1/${SECRET}`, 'redis://HOST'],
    ['redis://127.0.0.1:1?rate=0', 'rate=195'],
    ['redis://127.0.0.1:1?bytes=ten', 'bytes=10MB'],
    ['redis://127.0.0.1:1?name=a%20b', 'name'],
    ['redis://127.0.0.1:1?password-file=absent', 'password-file'],
  ])('%s is refused with status 2', async (url, said) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    const { status, stderr } = await commandInside(cli, ['sync', 'data', address, '--budget', url]);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain(SECRET);
    expect(status).toBe(2);
  });
});

describe('a budget in a jobs file', () => {
  const file = (address: string): string => `
defaults:
  budget: redis://127.0.0.1:1/0?rate=150
jobs:
  one: { from: data, to: '${address}' }
  two: { from: data, to: '${address}2', budget: 'redis://127.0.0.1:1?rate=5' }
`;

  test('counts for its jobs, and a flag before it', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    await writeFile(join(cli.folder, 'jobs.yaml'), file(address));
    const run = (...args: string[]) => commandInside(cli, ['run', '--file', 'jobs.yaml', ...args]);
    const explained = await run('--explain-config');
    const lines = explained.stdout.split('\n').filter((line) => line.includes('budget'));
    expect(lines).toEqual([
      expect.stringMatching(/budget +redis:\/\/127\.0\.0\.1:1\/0\?rate=150 +jobs\.yaml:3, for all jobs/),
      expect.stringMatching(/budget +redis:\/\/127\.0\.0\.1:1\?rate=5 +jobs\.yaml:6/),
    ]);
    const flagged = await run('--explain-config', '--budget', 'redis://127.0.0.1:2');
    expect(flagged.stdout).toMatch(/budget +redis:\/\/127\.0\.0\.1:2 +command line/);
    const ran = await run('one');
    expect(ran.stderr).toContain('budget of the job one');
    expect(ran.status).toBe(5);
  });

  test('the one of the environment is shown without its password', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    await writeFile(join(cli.folder, 'jobs.yaml'), `jobs: { one: { from: data, to: '${address}' } }`);
    const env = { STAGESYNC_BUDGET_URL: `redis://user:${SECRET}@127.0.0.1:1?rate=7` };
    const args = ['run', '--file', 'jobs.yaml', '--explain-config'];
    const { stdout } = await commandInside(cli, args, { env });
    expect(stdout).toMatch(
      /budget +redis:\/\/user@127\.0\.0\.1:1\?rate=7 +environment, STAGESYNC_BUDGET_URL/,
    );
    expect(stdout).not.toContain(SECRET);
  });

  test.each([
    ['rate=150', 'rat=150', /3:.*rate, bytes, name, password-file/],
    ['//127', `//:${SECRET}@127`, /3:.*password/],
  ])('a mistake in it is told with its line, and nothing of a password: %s', async (right, wrong, said) => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    await writeFile(join(cli.folder, 'jobs.yaml'), file(address).replace(right, wrong));
    const { status, stderr } = await commandInside(cli, ['run', '--file', 'jobs.yaml']);
    expect(status).toBe(2);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain(SECRET);
  });

  test('counts only once the file was named or approved', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    await writeTree(cli.folder, { 'data/a.csv': 'a' });
    await writeFile(join(cli.folder, 'stagesync.yaml'), file(address));
    const { status, stderr } = await commandInside(cli, ['run']);
    expect(status).toBe(2);
    expect(stderr).toContain('jobs.one.budget asks redis://127.0.0.1:1/0?rate=150 when requests may start');
    expect(stderr).not.toContain(SECRET);
  });
});
