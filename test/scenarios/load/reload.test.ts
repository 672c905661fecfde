import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

/** A Stage whose files a running pipeline reads into a table, and the command line beside it. */
async function loadedStage(files: Readonly<Record<string, string>>, key = ', PRIMARY KEY (id)') {
  const stage = await servedStage();
  const sql = new SqlHttp(stage.emulator);
  await writeTree(stage.cli.folder, files);
  const env = { SINGLESTOREDB_USER: 'admin', SINGLESTOREDB_PASSWORD: stage.emulator.token };
  await sql.exec(`CREATE TABLE orders (id INT, amount INT${key})`);
  await sql.exec(
    `CREATE PIPELINE orders AS LOAD DATA STAGE 'target/*.csv' BATCH_INTERVAL 10 ${key === '' ? '' : 'REPLACE'} INTO TABLE orders FIELDS TERMINATED BY ','`,
  );
  await sql.exec('START PIPELINE orders');
  const sync = (...args: string[]) =>
    commandInside(
      stage.cli,
      ['sync', join(stage.cli.folder, 'orders'), stage.address, '--load-database', 'demo', ...args],
      { env },
    );
  const write = (name: string, text: string) => writeFile(join(stage.cli.folder, 'orders', name), text);
  return { stage, sql, sync, write };
}

test('a file that changed is read again once, and the rows are those of its content', async () => {
  const { stage, sql, sync, write } = await loadedStage({
    'orders/a.csv': '1,10\n2,20\n',
    'orders/b.csv': '3,30\n',
  });
  await using _stage = stage;
  expect((await sync('--wait-loaded')).status).toBe(0);
  await write('a.csv', '1,11\n2,20\n4,40\n');
  const named = await sync();
  expect(named.stderr).toContain("ALTER PIPELINE `orders` DROP FILE 'target/a.csv'");
  expect(await sql.tuples('SELECT COUNT(*) FROM orders')).toEqual([[3]]);
  const again = await sync('--reload', 'drop-file', '--wait-loaded');
  expect([again.status, again.stderr]).toEqual([0, '']);
  expect(await sql.tuples('SELECT id, amount FROM orders ORDER BY id')).toEqual([
    [1, 11],
    [2, 20],
    [3, 30],
    [4, 40],
  ]);
  const idle = await sync('--reload', 'drop-file', '--wait-loaded', '-v');
  expect(idle.stdout).not.toContain('read again');
  await sql.exec('STOP PIPELINE orders');
});

test('a file that changed gets a new name, and nobody needs the right to drop files', async () => {
  const { stage, sql, sync, write } = await loadedStage({
    'orders/a.csv': '1,10\n2,20\n',
    'orders/b.csv': '3,30\n',
  });
  await using _stage = stage;
  const renaming = ['--reload', 'new-name', '--wait-loaded', '--delete', '-v'];
  await sync(...renaming);
  for (const [text, version] of [
    ['1,11\n2,20\n4,40\n', 'a~2.csv'],
    ['1,12\n2,20\n4,40\n', 'a~3.csv'],
  ] as const) {
    await write('a.csv', text);
    const { status, stdout, stderr } = await sync(...renaming);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`read again: a.csv as ${version} by orders`);
    expect(Object.keys(await stage.snapshot()).toSorted()).toEqual([version, 'b.csv']);
  }
  expect(await sql.tuples('SELECT id, amount FROM orders ORDER BY id')).toEqual([
    [1, 12],
    [2, 20],
    [3, 30],
    [4, 40],
  ]);
  const explained = await commandInside(stage.cli, ['explain', join(stage.cli.folder, 'orders', 'a~3.csv')]);
  expect(explained.stdout).toContain('a.csv: synced (changed), there as a~3.csv, ');
  expect((await sync('--reload', 'warn', '--json')).report).toMatchObject({ uploaded: 0 });
  await sql.exec('STOP PIPELINE orders');
});

test('rows of a table without a key are doubled only after a warning', async () => {
  const { stage, sql, sync, write } = await loadedStage({ 'orders/a.csv': '1,10\n' }, '');
  await using _stage = stage;
  await sync('--wait-loaded');
  await write('a.csv', '1,10\n2,20\n');
  const { status, stderr } = await sync('--reload', 'drop-file', '--wait-loaded');
  expect(status).toBe(0);
  expect(stderr).toContain('has no primary or unique key');
  expect(await sql.tuples('SELECT id FROM orders ORDER BY id')).toEqual([[1], [1], [2]]);
  await sql.exec('STOP PIPELINE orders');
});

test('a directory ten times the limit passes through a Stage, and what is loaded is not sent again', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, n) => [`orders/f${n}.csv`, `${n},${'1'.repeat(9)}\n`.padStart(14, '0')]),
  );
  const { stage, sql, sync } = await loadedStage(files);
  await using _stage = stage;
  const load = ['--after-load', 'remove', '--max-unloaded', '56', '--wait-loaded'];
  const first = await sync(...load);
  expect([
    first.status,
    first.stderr.replaceAll(/^(waiting|going on) with what is to be sent.*\n/gm, ''),
  ]).toEqual([0, '']);
  expect(await sql.tuples('SELECT COUNT(*) FROM orders')).toEqual([[40]]);
  expect(await stage.snapshot()).toEqual({});
  const before = stage.changingRequests();
  expect((await sync(...load)).status).toBe(0);
  expect(stage.changingRequests()).toBe(before);
  await sql.exec('STOP PIPELINE orders');
});
