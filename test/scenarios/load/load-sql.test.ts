import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const ORDERS = {
  'orders/2026-11.csv':
    'id,customer,amount,at\n1,"Smith, J",12.50,2026-11-01T10:00:00Z\n2,Ann,3.00,2026-11-02T11:30:00Z\n',
  'orders/2026-12.csv': 'id,customer,amount,at\n3,Bo,,2026-12-01T10:00:00Z\n',
  'orders/_SUCCESS': '',
};

/** A Stage with a database whose login is in the environment, and the orders in a directory. */
async function withOrders(files: Readonly<Record<string, string>> = ORDERS) {
  const stage = await servedStage();
  await writeTree(stage.cli.folder, files);
  const env = { SINGLESTOREDB_USER: 'admin', SINGLESTOREDB_PASSWORD: stage.emulator.token };
  const run = (...args: string[]) => commandInside(stage.cli, ['load', 'sql', ...args], { env });
  return { stage, run, sql: new SqlHttp(stage.emulator) };
}

const sync = (stage: ServedStage) =>
  commandInside(stage.cli, ['sync', join(stage.cli.folder, 'orders'), stage.address]);

test('the statements that are printed for a directory load what a sync then sends', async () => {
  const { stage, run, sql } = await withOrders();
  await using _stage = stage;
  const { status, stdout, stderr } = await run(
    'orders',
    '--to',
    stage.address,
    '--key',
    'id',
    '--database',
    'demo',
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('-- read: 3 rows of 2 files, 143 B: that is all of them');
  expect(stdout).toContain('`amount` DECIMAL(18,2),          -- numbers, up to 2 digits');
  expect(stdout).toContain("LOAD DATA STAGE 'target/*.csv'");
  const statements = stdout
    .replace('USE `demo`;', '')
    .split(/;\n/)
    .filter((text) => text.includes('CREATE'));
  for (const statement of statements) await sql.exec(statement);
  await sync(stage);
  await sql.exec('START PIPELINE orders FOREGROUND');
  expect(await sql.tuples('SELECT * FROM orders ORDER BY id')).toEqual([
    [1, 'Smith, J', '12.50', '2026-11-01 10:00:00.000000'],
    [2, 'Ann', '3.00', '2026-11-02 11:30:00.000000'],
    [3, 'Bo', null, '2026-12-01 10:00:00.000000'],
  ]);
  await sql.exec('STOP PIPELINE IF RUNNING orders');
});

test('--apply makes them and --start starts the pipeline; a second time the database says why not, and nothing is made', async () => {
  const { stage, run, sql } = await withOrders();
  await using _stage = stage;
  await sync(stage);
  const first = await run(
    stage.address,
    '--table',
    'shop',
    '--database',
    'demo',
    '--key',
    'id',
    '--apply',
    '--start',
  );
  expect(first).toMatchObject({ status: 0 });
  expect(first.stderr.split('\n')).toEqual([
    'stagesync: made the table shop in demo',
    'stagesync: made the pipeline shop',
    'stagesync: started the pipeline shop',
    '',
  ]);
  expect(first.stdout).toContain('\nSTART PIPELINE `shop`;');
  expect(first.stderr + first.stdout).not.toContain(stage.emulator.token);
  await sql.settled(2);
  expect(await sql.tuples('SELECT COUNT(*) FROM shop')).toEqual([[3]]);
  const again = await run(stage.address, '--table', 'shop', '--database', 'demo', '--apply');
  expect(again).toMatchObject({
    status: 3,
    stderr: expect.stringContaining("'shop' already exists") as string,
  });
  const other = await run(
    stage.address,
    '--table',
    'b',
    '--pipeline',
    'shop',
    '--database',
    'demo',
    '--apply',
  );
  expect(other.status).toBe(3);
  expect(other.stderr).toMatch(/could not make the pipeline shop.*Before that: made the table b in demo\./);
  await sql.exec('STOP PIPELINE IF RUNNING shop');
});

test('nothing is changed without --apply', async () => {
  const { stage, run, sql } = await withOrders();
  await using _stage = stage;
  await sync(stage);
  const before = stage.changingRequests();
  expect(await run(stage.address)).toMatchObject({ status: 0 });
  expect(await run('orders', '--to', stage.address, '--json')).toMatchObject({ status: 0 });
  expect(stage.changingRequests()).toBe(before);
  expect(await sql.rows('SHOW TABLES')).toEqual([]);
});

test('--json gives the inference as data', async () => {
  const { stage, run } = await withOrders();
  await using _stage = stage;
  const { stdout } = await run('orders/2026-11.csv', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    type: 'load_sql',
    table: 'orders',
    format: { kind: 'csv', hasHeader: true },
    read: { files: 1, rows: 2, readAll: true },
    columns: [
      { name: 'id', type: 'BIGINT', nullable: false },
      { name: 'customer', type: 'VARCHAR(16)' },
      { name: 'amount', type: 'DECIMAL(18,2)' },
      { name: 'at', type: 'DATETIME(6)', conversion: [{ step: 'replace' }, { step: 'replace' }] },
    ],
    statements: [expect.stringMatching(/^CREATE TABLE `orders`/) as string],
  });
});

test('what does not fit is told with its file and line', async () => {
  const qty = (n: number): string => (n === 30 ? 'n/a' : String(n));
  const rows = Array.from({ length: 40 }, (_, n) => `${n},${qty(n)}\n`);
  const { stage, run } = await withOrders({ 'a.csv': `id,qty\n${rows.join('')}`, 'b/c.csv': 'x,y\n1,2\n\n' });
  await using _stage = stage;
  const { stdout } = await run('a.csv');
  expect(stdout).toContain(
    "-- PROBLEM a.csv, line 32: column qty: it would be INT, but one value of 40 is not: 'n/a'; mend the file, or say --null 'n/a'",
  );
  expect((await run('a.csv', '--null', 'n/a')).stdout).toContain('`qty` INT ');
  expect((await run('b')).stdout).toContain('-- PROBLEM b/c.csv, line 3: a blank line');
});

test.each([
  [['nix'], 5, '/nix'],
  [['orders', '--start'], 2, '--start starts the pipeline that --apply makes: give both'],
  [['orders', '--apply'], 2, 'say where the files will be with --to stage://DEPLOYMENT/PATH'],
  [['stage:///orders', '--to', 'stage:///x'], 2, '--to says where files will be that are not on a Stage yet'],
  [['orders', '--key', 'nr'], 2, '--key: there is no column nr: the columns are id, customer, amount, at'],
  [['orders', '--day-first', '--month-first'], 2, "cannot be used with option '--month-first'"],
  [['orders', '--delimiter', 'ab'], 2, "Give one character that is no letter, digit or quote, or 'tab'."],
  [['mixed'], 3, 'mixed/b.jsonl: it is JSON, and mixed/a.csv is CSV: name files of one kind'],
  [['other'], 3, 'other/b.csv, line 1: it has other columns, or another order, than other/a.csv'],
  [['latin.csv'], 3, 'latin.csv, line 2: this is not UTF-8, which is what pipelines read'],
  [['data.avro'], 3, 'data.avro: Avro is not read by load sql'],
  [['cut.csv.gz'], 3, 'its name ends in .gz, and it is not packed'],
  [['empty'], 2, 'there are no files at empty'],
])('load sql %j ends with %i: %s', async (args, status, said) => {
  const { stage, run } = await withOrders({
    ...ORDERS,
    'mixed/a.csv': 'a,b\n1,2\n',
    'mixed/b.jsonl': '{"a":1}\n',
    'other/a.csv': 'a,b\n1,2\n',
    'other/b.csv': 'b,a\n1,2\n',
    'data.avro': 'Obj\u0001',
    'cut.csv.gz': 'a,b\n',
    'empty/.hidden': 'x',
  });
  await using _stage = stage;
  await writeFile(join(stage.cli.folder, 'latin.csv'), Buffer.from('a,b\n1,Gr\u00fc\u00dfe\n', 'latin1'));
  const result = await run(...args);
  expect(result.stderr).toContain(said);
  expect(result.status).toBe(status);
});

test.each(['2,32/13/2026,yes', '2,01/02/2026,perhaps'])(
  'a value that cannot be converted is refused with its column, and becomes no NULL: %s',
  async (bad) => {
    const { stage, run, sql } = await withOrders({
      'days/a.csv': 'n,due,open\n1,31/12/2026,yes\n2,,no\n,15/01/2026,\n',
    });
    await using _stage = stage;
    const place = ['--to', stage.address, '--database', 'demo', '--apply'];
    expect(await run('days', ...place)).toMatchObject({ status: 0 });
    const columns = 'SELECT n, due, open FROM days';
    await sql.stage.makeFolder('target/');
    await sql.stage.put('target/a.csv', 'n,due,open\n1,31/12/2026,yes\n2,,no\n,15/01/2026,\n');
    await sql.stage.put('target/b.csv', `n,due,open\n${bad}\n`);
    await sql.exec('START PIPELINE days');
    await sql.settled(2);
    expect(await sql.tuples(columns)).toEqual([
      [1, '2026-12-31', 1],
      [2, null, 0],
      [null, '2026-01-15', null],
    ]);
    expect(await sql.files()).toEqual(['target/a.csv: Loaded', 'target/b.csv: Skipped']);
    const [error] = await sql.tuples('SELECT ERROR_MESSAGE FROM information_schema.PIPELINES_ERRORS');
    expect(error?.[0]).toMatch(/for column '(?:n|due|open)'/);
    await sql.exec('STOP PIPELINE IF RUNNING days');
  },
);
