import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { cliSandbox } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { startUp } from '../../support/cli/up.ts';
import { writeTree } from '../../support/trees/trees.ts';

const PATIENCE = { timeout: 60_000, interval: 50 };

const job = (name: string, rest = 'watch: true'): string =>
  `  ${name}: { from: ./${name}, to: 'stage://local/${name}', ${rest} }\n`;

/** A sandbox with a jobs file and a folder with one file for each of these jobs. */
async function scene(...names: readonly string[]) {
  const cli = await cliSandbox();
  await writeTree(cli.folder, Object.fromEntries(names.map((name) => [`${name}/${name}.csv`, name])));
  const write = (...jobs: readonly string[]): void => {
    // whole or not at all, as editors save
    writeFileSync(join(cli.folder, 'new.yaml'), `jobs:\n${jobs.join('')}`);
    renameSync(join(cli.folder, 'new.yaml'), join(cli.folder, 'stagesync.yaml'));
  };
  write(...names.map((name) => job(name)));
  const ls = async (name: string): Promise<string[]> => {
    const { stdout } = await cli.run(['ls', `stage://local/${name}`, '--json']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { readonly path: string }).path);
  };
  return { cli, write, ls, [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose]() };
}

test('what was written just before a flush is on Stage when it returns', async () => {
  await using it = await scene('a', 'b');
  await using up = await startUp(it.cli);
  for (let n = 0; n < 3; n++) {
    writeFileSync(join(it.cli.folder, `a/new${n}.csv`), String(n));
    const { status, stdout } = await it.cli.run(['flush', 'a', 'b', '--json']);
    expect(status).toBe(0);
    const runs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(runs.map(({ job: name, cause, outcome }) => [name, cause, outcome])).toEqual([
      ['a', 'flush', 'clean'],
      ['b', 'flush', 'clean'],
    ]);
    expect(await it.ls('a')).toContain(`new${n}.csv`);
  }
  expect(await up.stop()).toBe(0);
});

test('a flush that fails ends with the status of its run', async () => {
  await using it = await scene('a');
  await using _ = await startUp(it.cli);
  renameSync(join(it.cli.folder, 'a'), join(it.cli.folder, 'elsewhere'));
  const { status, stderr } = await it.cli.run(['flush', 'a']);
  expect(status, stderr).toBe(5);
  expect(stderr).toContain('there is nothing at ');
});

test('a changed file is followed: what did not change goes on, a mistake changes nothing', async () => {
  await using it = await scene('a', 'b', 'c');
  it.write(job('a'), job('b'));
  await using up = await startUp(it.cli);
  const told = (text: string): boolean => up.lines().some(({ msg }) => String(msg).includes(text));
  it.write(job('a'), job('c'));
  await vi.waitFor(
    () => expect(told('read the file anew: 1 job begin, 1 end, 1 go on')).toBe(true),
    PATIENCE,
  );
  await vi.waitFor(async () => expect(await it.ls('c')).toEqual(['c.csv']), PATIENCE);
  it.write(job('a'), '  d: { from: ./d, too: x }\n');
  up.signal('SIGHUP');
  await vi.waitFor(
    () => expect(told('the file has an error, so what it said before goes on')).toBe(true),
    PATIENCE,
  );
  writeFileSync(join(it.cli.folder, 'a/later.csv'), 'x');
  expect((await it.cli.run(['flush', 'a'])).status).toBe(0);
  expect((await it.cli.run(['flush', 'c'])).status).toBe(0);
  expect(await it.ls('a')).toContain('later.csv');
  expect((await it.cli.run(['flush', 'b'])).status).toBe(2);
  // the pair of a was never let go
  expect(up.lines().filter(({ job: name, reason }) => name === 'a' && reason === 'start')).toHaveLength(1);
});

test('a job whose source is not there is in status and logs while its daemon runs, with why', async () => {
  await using it = await scene('a');
  it.write(job('a'), job('gone'));
  await using up = await startUp(it.cli);
  const asked = async (command: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const { stdout } = await commandInside(it.cli, [command, 'gone', '--json']);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const error = { code: 'source_missing', message: expect.stringContaining('there is nothing at ') };
  const [status] = await asked('status');
  expect(status).toMatchObject({ job: 'gone', watch: { state: 'halted' }, runs: [{ error }] });
  const logs = await asked('logs');
  expect(logs).toHaveLength(1);
  expect(logs).toMatchObject([{ type: 'run', job: 'gone', error }]);
  const [{ id } = { id: '' }] = status!['runs'] as { id: string }[];
  expect((await commandInside(it.cli, ['logs', '--run', id])).stdout).toContain('there is nothing at ');
  const { stdout } = await commandInside(it.cli, ['status']);
  expect(stdout).toMatch(/^a: /m);
  expect(stdout).toMatch(/^gone: .*state +halted since/ms);
  await up.stop();
  expect((await commandInside(it.cli, ['status', 'gone'])).status).toBe(3);
});

test('a second daemon of the file is refused, and the first can be asked from anywhere', async () => {
  await using it = await scene('a');
  await using up = await startUp(it.cli);
  const second = await it.cli.run(['up']);
  expect(second.status).toBe(6);
  expect(second.stderr).toContain(`process ${up.pid}`);
  const file = join(it.cli.folder, 'stagesync.yaml');
  const elsewhere = { cwd: it.cli.stateFolder };
  expect((await it.cli.run(['flush', 'a', '--file', file], elsewhere)).status).toBe(0);
  expect((await it.cli.run(['stop', '--file', file], elsewhere)).status).toBe(0);
  expect(await up.ended).toBe(0);
  const none = await it.cli.run(['flush', 'a']);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('no daemon runs the jobs of stagesync.yaml: "stagesync up" starts one');
});

test('a paused job lets others work on its pair, and stays paused over a restart', async () => {
  await using it = await scene('a', 'b');
  await using up = await startUp(it.cli);
  expect((await it.cli.run(['sync', 'a', 'stage://local/a'])).status).toBe(6);
  expect((await it.cli.run(['pause', 'a'])).status).toBe(0);
  await vi.waitFor(async () => {
    expect((await it.cli.run(['sync', 'a', 'stage://local/a'])).status).toBe(0);
  }, PATIENCE);
  const stateOf = async (name: string): Promise<unknown> => {
    const { stdout } = await it.cli.run(['status', '--json']);
    const pairs = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const pair = pairs.find(({ job: of }) => of === name)!;
    return (pair['watch'] as Record<string, unknown>)['state'];
  };
  expect(await stateOf('a')).toBe('paused');
  expect(await stateOf('b')).toBe('idle');
  await up.stop('SIGKILL');
  await using again = await startUp(it.cli);
  expect((await it.cli.run(['flush', 'a'])).stderr).toContain('is paused');
  expect((await it.cli.run(['resume', 'a'])).status).toBe(0);
  expect((await it.cli.run(['flush', 'a'])).status).toBe(0);
  expect(await again.stop('SIGINT')).toBe(0);
  expect(existsSync(join(it.cli.stateFolder, 'daemons'))).toBe(true);
});

test('limits change while it runs, and the daemon says what holds', async () => {
  await using it = await scene('a');
  await using _ = await startUp(it.cli);
  const limits = async (...flags: string[]): Promise<unknown> =>
    JSON.parse((await it.cli.run(['limits', '--json', ...flags])).stdout);
  expect(await limits('--bwlimit', '10K', '--concurrency', '2')).toEqual({
    concurrency: 2,
    bytesPerSecond: 10_240,
  });
  expect(await limits('--max-requests-per-second', '7')).toMatchObject({
    concurrency: 2,
    bytesPerSecond: 10_240,
    maxRequestsPerSecond: 7,
  });
  expect(await limits('--bwlimit', 'none', '--concurrency', 'auto')).toEqual({
    concurrency: 'auto',
    maxRequestsPerSecond: 7,
  });
});
