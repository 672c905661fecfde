import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LOCAL_DEPLOYMENT } from '../../../src/emulator/options.ts';
import type { SyncEvent } from '../../../src/model/events.ts';
import { cliSandbox, type CliResult } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

const startEmulator = useEmulators();
const TOKEN = 'management-token-1';
const GOOD = { 'orders/a.csv': 'id,qty\n1,5\n2,7\n' };
const WAITING = ['--load-database', 'demo', '--wait-loaded=1m'];

/** A Stage with a table and a pipeline that reads orders/*.csv, and a directory with files. */
async function scene({ pipeline = '', starts = true } = {}) {
  const emulator = await startEmulator({ token: TOKEN });
  const sql = new SqlHttp(emulator);
  await sql.exec('CREATE TABLE orders (id BIGINT, qty INT)');
  await sql.exec(
    `CREATE PIPELINE orders AS LOAD DATA STAGE 'in/orders/*.csv' BATCH_INTERVAL 20 ${pipeline} INTO TABLE orders FIELDS TERMINATED BY ',' IGNORE 1 LINES`,
  );
  if (starts) await sql.exec('START PIPELINE orders');
  const cli = await cliSandbox({
    SINGLESTOREDB_MANAGEMENT_TOKEN: TOKEN,
    SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
    SINGLESTOREDB_USER: 'admin',
    SINGLESTOREDB_PASSWORD: TOKEN,
  });
  const data = join(cli.folder, 'data');
  await writeTree(data, GOOD);
  const address = `stage://${LOCAL_DEPLOYMENT.id}/in`;
  return {
    emulator,
    sql,
    cli,
    data,
    sync: (...flags: string[]): Promise<CliResult> => commandInside(cli, ['sync', data, address, ...flags]),
    status: (...flags: string[]): Promise<CliResult> =>
      commandInside(cli, ['load', 'status', address, '--load-database', 'demo', ...flags]),
    rows: async (): Promise<number> => (await sql.rows('SELECT id FROM orders')).length,
    [Symbol.asyncDispose]: () => cli[Symbol.asyncDispose](),
  };
}

const loads = ({ events }: CliResult): string[] =>
  events
    .filter((event): event is Extract<SyncEvent, { type: 'load' }> => event.type === 'load')
    .map(({ path, outcome }) => `${outcome} ${path}`);

describe('a run that waits for the table', () => {
  test('ends when the rows are there, and says so', async () => {
    await using world = await scene();
    const result = await world.sync(...WAITING, '--json');
    expect(result).toMatchObject({ status: 0, report: { load: { waited: { files: 1, loaded: 1 } } } });
    expect(loads(result)).toEqual(['loaded orders/a.csv']);
    expect(await world.rows()).toBe(2);
    expect((await world.status()).status).toBe(0);
  });

  test('names a bad line, with its column, and ends with 9', async () => {
    await using world = await scene();
    await writeFile(join(world.data, 'orders/b.csv'), 'id,qty\n3,x\n');
    const result = await world.sync(...WAITING);
    expect(result.status).toBe(9);
    expect(result.stderr).toContain("orders/b.csv: skipped by orders: line 2: Invalid INT value 'x'");
    const status = await world.status('--state', 'skipped', '--json');
    expect(status.status).toBe(9);
    const lines = status.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({ kind: 'pipeline', state: 'running', hasUniqueKey: false }),
      expect.objectContaining({
        kind: 'file',
        path: 'in/orders/b.csv',
        state: 'skipped',
        error: expect.objectContaining({ line: 2, column: 'qty', text: '3,x' }) as object,
      }),
      expect.objectContaining({ kind: 'total', files: 2, loaded: 1, skipped: 1 }),
    ]);
  });

  test('loads what changed once more where it may, also while the views lag', async () => {
    await using world = await scene();
    expect((await world.sync(...WAITING)).status).toBe(0);
    world.emulator.behaviour.set({ viewsLagMs: 300 });
    await writeFile(join(world.data, 'orders/a.csv'), 'id,qty\n1,5\n2,7\n3,9\n');
    const result = await world.sync(...WAITING, '--reload', 'drop-file', '--json');
    expect(result).toMatchObject({ status: 0, report: { load: { reloaded: 1 } } });
    expect(loads(result)).toEqual(['loaded orders/a.csv']);
    // two rows of the first reading, three of the second: the table has no key, and the run says so
    expect(await world.rows()).toBe(5);
    expect(result.stdout).toContain('rows_may_double');
  });

  test('a file whose name no pipeline reads is shown so, and does not count as not loaded', async () => {
    await using world = await scene();
    await writeFile(join(world.data, 'orders/README.md'), 'what this is');
    expect((await world.sync(...WAITING)).status).toBe(0);
    const all = await world.status();
    expect(all).toMatchObject({ status: 0, stderr: '' });
    expect(all.stdout).toMatch(/^ignored .* in\/orders\/README\.md  not read by any pipeline$/m);
    expect(all.stdout).toMatch(/^2 files: 1 loaded, 1 not read by any pipeline$/m);
    expect(all.stdout).not.toContain('not loaded');
    const named = await world.status('--state', 'ignored', '--pipeline', 'orders');
    expect(named.stdout).toContain('not read by the pipeline orders');
    expect(named.stdout).not.toContain('a.csv');
    // of these files the pipeline reads none
    const of = (path: string) =>
      commandInside(world.cli, [
        'load',
        'status',
        `stage://${LOCAL_DEPLOYMENT.id}/in/${path}`,
        '--load-database',
        'demo',
        '--json',
      ]);
    const none = await of('orders/README.md');
    expect(none.status).toBe(9);
    expect(none.stdout).toContain('"loaded":0,"unloaded":0,"skipped":0,"changed":0,"ignored":1');
    // a file that is to be read keeps its status
    await world.sql.exec('STOP PIPELINE orders');
    await writeFile(join(world.data, 'orders/b.csv'), 'id,qty\n3,1\n');
    expect((await world.sync()).status).toBe(0);
    expect(await world.status()).toMatchObject({
      status: 9,
      stdout: expect.stringContaining(
        '3 files: 1 loaded, 1 not loaded yet, 1 not read by any pipeline',
      ) as string,
    });
  });

  test('a pipeline that is stopped is shown so, and what waits for it', async () => {
    await using world = await scene({ starts: false });
    expect((await world.sync()).status).toBe(0);
    const status = await world.status();
    expect(status.status).toBe(9);
    expect(status.stdout).toContain('pipeline orders: stopped: START PIPELINE orders');
    expect(status.stdout).toContain('no pipeline has found it yet');
    expect(status.stdout).toContain('1 file: 0 loaded, 1 not loaded yet');
  });
});

describe('the way to the database', () => {
  test('a wrong password ends a run that waits before anything is sent, and appears nowhere', async () => {
    await using world = await scene();
    await writeFile(join(world.cli.folder, 'password'), 'not-the-password\n');
    const result = await world.sync(...WAITING, '--sql-password-file', 'password', '--json');
    expect(result).toMatchObject({
      status: 5,
      report: { uploaded: 0, error: { code: 'database_unauthorised' } },
    });
    expect(result.stdout + result.stderr).not.toContain('not-the-password');
  });

  test('without a login nothing is begun; the API token is not taken for one', async () => {
    await using world = await scene();
    const env = { SINGLESTOREDB_PASSWORD: undefined };
    const { status, stderr } = await commandInside(
      world.cli,
      ['sync', world.data, `stage://${LOCAL_DEPLOYMENT.id}/in`, ...WAITING],
      { env },
    );
    expect(status).toBe(2);
    expect(stderr).toContain('SINGLESTOREDB_PASSWORD');
  });

  test('a suspended workspace is told as one; --resume wakes it, and says what that costs', async () => {
    await using world = await scene();
    const { stdout } = await commandInside(world.cli, ['workspaces', 'list', '--json']);
    const { workspaceID } = JSON.parse(stdout) as { readonly workspaceID: string };
    expect((await commandInside(world.cli, ['workspaces', 'suspend', workspaceID])).status).toBe(0);
    const refused = await world.sync(...WAITING, '--json');
    expect(refused).toMatchObject({
      status: 5,
      report: { uploaded: 0, error: { code: 'database_suspended' } },
    });
    // what does not wait for the table goes to the Stage all the same
    const owed = await world.sync('--load-database', 'demo');
    expect(owed).toMatchObject({ status: 0 });
    expect(owed.stderr).toContain('--resume');
    const woken = await world.status('--resume');
    expect(woken.stderr).toContain('it costs credits from now on');
    expect([0, 9]).toContain(woken.status);
  });

  test('a database or a pipeline that is not there is a mistake in the command, which names those that are', async () => {
    await using world = await scene();
    for (const [flags, said] of [
      [['--load-database', 'demmo'], 'There is no database demmo; there are: demo'],
      [['--load-database', 'demo', '--pipeline', 'order'], 'has no pipeline order; there are: orders'],
    ] as const) {
      const address = `stage://${LOCAL_DEPLOYMENT.id}/in`;
      const status = await commandInside(world.cli, ['load', 'status', address, ...flags]);
      expect(status).toMatchObject({ status: 2, stderr: expect.stringContaining(said) as string });
      const waiting = await world.sync(...flags, '--wait-loaded', '--json');
      expect(waiting).toMatchObject({ status: 2, report: { uploaded: 0 } });
    }
  });

  test('on stage://local it needs no setting, and other logins are refused', async () => {
    await using cli = await cliSandbox();
    await writeTree(join(cli.folder, 'data'), GOOD);
    await commandInside(cli, ['sync', 'data', 'stage://local/in']);
    const status = await commandInside(cli, ['load', 'status', 'stage://local/in']);
    expect(status).toMatchObject({ status: 9 });
    expect(status.stdout).toContain('the database has no pipeline that reads a Stage');
    const refused = await commandInside(cli, ['load', 'status', 'stage://local/in', '--sql-user', 'ann']);
    expect(refused).toMatchObject({ status: 2 });
  });

  test('of a job of a bucket it leaves alone what the profile says of the bucket', async () => {
    await using cli = await cliSandbox();
    await writeTree(join(cli.folder, 'data'), GOOD);
    await commandInside(cli, ['sync', 'data', 'stage://local/in']);
    await writeFile(
      join(cli.folder, 'jobs.yaml'),
      'profiles: { here: { s3: { endpoint_url: "http://127.0.0.1:9" } } }\n' +
        'jobs: { in: { from: "s3://bucket/in", to: "stage://local/in", profile: here, load: {} } }\n',
    );
    const status = await commandInside(cli, ['load', 'status', 'in', '--file', 'jobs.yaml']);
    expect(status).toMatchObject({ status: 9 });
    expect(status.stdout).toContain('1 file: 0 loaded');
  });
});

test('nothing is asked of a database by a run that does not ask for it', async () => {
  await using world = await scene();
  const asked = (): string[] =>
    Object.keys(world.emulator.counters.read().byOperation).filter((name) => name.startsWith('dataApi'));
  const before = asked();
  const counted = world.emulator.counters.read();
  expect((await world.sync('--delete')).status).toBe(0);
  expect(world.emulator.counters.read().requests).toBeGreaterThan(counted.requests);
  const sums = ({ byOperation }: typeof counted): number =>
    before.reduce((sum, name) => sum + (byOperation[name] ?? 0), 0);
  // the scene itself asked, so that there is something to compare
  expect(sums(counted)).toBeGreaterThan(0);
  expect(sums(world.emulator.counters.read())).toBe(sums(counted));
  expect(asked()).toEqual(before);
});
