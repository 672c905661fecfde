import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('status says why the last run failed, since when, and what comes next; logs has all of it', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
  await writeTree(cli.folder, { 'data/b.csv': 'b', 'data/sub/c.csv': 'c', 'data/d.txt': 'd' });
  stage.emulator.faults.set({ rules: [{ verb: 'PUT', pathPattern: 'csv$', fault: 'status', status: 400 }] });
  expect((await commandInside(cli, ['sync', 'data', address])).status).not.toBe(0);

  const { stdout } = await commandInside(cli, ['status', 'data']);
  expect(stdout).toMatch(
    /\n {2}now +nothing works on it\n {2}last +failures (just now|\d+ s ago), after \S+\n {2}why +\S.*: \S/,
  );
  expect(stdout).toMatch(
    /\n +in step before, .*\n {2}next +mend or exclude .* run it again: it goes on from here\n +all of it: stagesync logs --run \S+\n/,
  );
  const [status] = lines((await commandInside(cli, ['status', 'data', '--json'])).stdout);
  expect(status).toMatchObject({
    lastSuccess: expect.stringMatching(/^\d{4}-.*Z$/),
    runs: [
      { cause: 'command', outcome: 'failures', id: expect.stringMatching(/^\d{8}T\d{6}-[0-9a-f]{6}$/) },
      { outcome: 'clean', failures: [], report: { uploaded: 1 } },
    ],
  });
  const [failed] = status!['runs'] as { id: string; failures: unknown[]; error?: unknown }[];
  expect([failed!.failures.length > 0, failed!.error !== undefined]).toContain(true);

  const listed = await commandInside(cli, ['logs', 'data', address]);
  expect(listed.stdout).toMatch(/by a command: clean\n.*1 uploaded.*\n.*by a command: failures\n/s);
  const one = await commandInside(cli, ['logs', '--run', failed!.id]);
  expect(one.stdout).toMatch(/failed +upload (b|sub\/c)\.csv \(new, .*\): \S+: \S/);
  const asJson = lines((await commandInside(cli, ['logs', '--run', failed!.id, '--json'])).stdout);
  expect(asJson[0]).toMatchObject({ type: 'run', id: failed!.id, outcome: 'failures' });
  expect(asJson.slice(1).every(({ type }) => type === 'action')).toBe(true);
  expect(lines((await commandInside(cli, ['logs', 'data', '-n', '1', '--json'])).stdout)).toHaveLength(1);
});

test('logs says so where there is nothing to show, or no such run', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const nothing = await commandInside(cli, ['logs']);
  expect([nothing.status, nothing.stderr]).toEqual([3, expect.stringContaining('nothing has been synced')]);
  expect(existsSync(cli.stateFolder)).toBe(false);
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  await commandInside(cli, ['sync', 'data', address]);
  const misspelt = await commandInside(cli, ['status', 'dtaa']);
  expect([misspelt.status, misspelt.stderr]).toEqual([
    3,
    expect.stringMatching(/job .*dtaa.*without a name/),
  ]);
  const unknown = await commandInside(cli, ['logs', '--run', 'x\u001b[31m']);
  expect([unknown.status, unknown.stdout]).toEqual([3, '']);
  expect(unknown.stderr).toMatch(/no run x\\u?\S*\[31m is remembered/);
  expect((await commandInside(cli, ['logs', '-n', '0'])).status).toBe(2);
});

test('a run that was killed is not said to have ended, and the next one goes on', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  stage.emulator.faults.set({ rules: [{ verb: 'PUT', fault: 'stall' }] });
  const killed = await cli.run(['sync', 'data', address], {
    running: (child) => {
      const asked = setInterval(() => {
        if (stage.changingRequests() === 0) return;
        clearInterval(asked);
        child.kill('SIGKILL');
      }, 20);
      child.once('exit', () => clearInterval(asked));
    },
  });
  expect(killed.status).toBe(137);
  expect((await commandInside(cli, ['status'])).stdout).toMatch(
    /last +was killed; it began (just now|\d+ s ago)\n/,
  );
  expect((await commandInside(cli, ['logs'])).stdout).toMatch(/did not end: it was killed/);
  stage.emulator.faults.set({ rules: [] });
  expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
  expect((await commandInside(cli, ['status'])).stdout).toMatch(/last +in step (just now|\d+ s ago)\n/);
});

test('--file restricts status and logs to the jobs of one file; explain says how a job is asked about', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    'other/b.csv': 'b',
    'one.yaml': `jobs: { orders: { from: data, to: "${address}/one" } }\n`,
    'two.yaml': `jobs: { orders: { from: other, to: "${address}/two" } }\n`,
  });
  for (const file of ['one.yaml', 'two.yaml'])
    expect((await commandInside(cli, ['run', '--file', file])).status).toBe(0);
  const sources = async (...args: string[]): Promise<unknown[]> =>
    lines((await commandInside(cli, [...args, '--json'])).stdout).map(({ source }) => source);
  const [data, other] = [`${cli.folder}/data`, `${cli.folder}/other`];
  expect(new Set(await sources('status', 'orders'))).toEqual(new Set([data, other]));
  expect(await sources('status', '--file', 'one.yaml')).toEqual([data]);
  expect(await sources('logs', 'orders', '--file', 'two.yaml')).toEqual([other]);
  const missing = await commandInside(cli, ['status', '--file', 'three.yaml']);
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('no jobs file three.yaml')]);

  const alone = await commandInside(cli, ['explain', 'orders']);
  expect([alone.status, alone.stderr]).toEqual([
    3,
    expect.stringContaining(
      'orders: this is a job: add paths within it, as in "stagesync explain orders a.csv"',
    ),
  ]);
});
