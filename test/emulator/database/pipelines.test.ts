import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../../src/emulator/options.ts';
import { emulatorProcess } from '../../support/cli/emulator-process.ts';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { ManagementHttp } from '../../support/management/management-http.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

const start = useEmulators();

const CSV = "INTO TABLE t FIELDS TERMINATED BY ','";

/** A table with a key `id`, a folder `in/`, and a pipeline from the one to the other. */
async function setUp(
  options: EmulatorOptions = {},
  clauses = '',
  key = ', PRIMARY KEY (id)',
): Promise<SqlHttp> {
  const sql = new SqlHttp(await start(options));
  await sql.stage.makeFolder('in/');
  await sql.exec(`CREATE TABLE t (id INT, note VARCHAR(20)${key})`);
  await sql.exec(`CREATE PIPELINE p AS LOAD DATA STAGE 'in/*.csv' BATCH_INTERVAL 10 ${clauses} ${CSV}`);
  return sql;
}

const table = (sql: SqlHttp) => sql.tuples('SELECT id, note FROM t ORDER BY id, note');
const states = async (sql: SqlHttp) =>
  (await sql.tuples('SELECT STATE FROM information_schema.PIPELINES')).map(([state]) => state);
const lastBatch = async (sql: SqlHttp): Promise<unknown> =>
  (await sql.tuples('SELECT MAX(BATCH_ID) FROM information_schema.PIPELINES_BATCHES'))[0]?.[0];

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

describe('a key that is there already', () => {
  const load = async (clauses: string) => {
    const sql = await setUp({ behaviour: { batchRetries: 0 } }, clauses);
    await sql.stage.put('in/a.csv', '1,old\n2,old\n');
    await sql.stage.put('in/b.csv', '2,new\n3,new\n');
    await sql.exec('ALTER PIPELINE p SET MAX_PARTITIONS_PER_BATCH 1');
    await sql.exec('START PIPELINE p');
    await sql.settled(2);
    return sql;
  };

  test('is an error, and the file is skipped', async () => {
    const sql = await load('');
    expect(await sql.files()).toEqual(['in/a.csv: Loaded', 'in/b.csv: Skipped']);
    expect(await table(sql)).toEqual([
      [1, 'old'],
      [2, 'old'],
    ]);
    const errors = await sql.rows('SELECT * FROM information_schema.PIPELINES_ERRORS LIMIT 1');
    expect(errors[0]).toMatchObject({
      ERROR_CODE: 1062,
      ERROR_MESSAGE: "Duplicate entry '2' for key 'PRIMARY'",
      LOAD_DATA_LINE: '2,new',
    });
  });

  test.each([
    ['REPLACE', 'new', 0],
    ['IGNORE', 'old', 0],
    ['SKIP DUPLICATE KEY ERRORS', 'old', 1],
  ])('with %s leaves the %s row', async (clauses, note, warnings) => {
    const sql = await load(clauses);
    expect(await sql.files()).toEqual(['in/a.csv: Loaded', 'in/b.csv: Loaded']);
    expect(await table(sql)).toEqual([
      [1, 'old'],
      [2, note],
      [3, 'new'],
    ]);
    const told = await sql.rows('SELECT * FROM information_schema.PIPELINES_ERRORS WHERE ERROR_TYPE = ?', [
      'Warning',
    ]);
    expect(told).toHaveLength(warnings);
  });
});

test('STOP_ON_ERROR stops the pipeline, and leaves the file to be read', async () => {
  const sql = await setUp({ behaviour: { batchRetries: 0 } }, 'STOP_ON_ERROR ON');
  await sql.stage.put('in/a.csv', 'x,y\n');
  await sql.exec('START PIPELINE p');
  await until(async () => (await states(sql))[0] === 'Error');
  expect(await sql.files()).toEqual(['in/a.csv: Unloaded']);
  await sql.stage.put('in/a.csv', '1,y\n');
  await sql.exec('START FAILED PIPELINES');
  await sql.settled(1);
  expect(await sql.files()).toEqual(['in/a.csv: Loaded']);
});

test('FOREGROUND ends when all is loaded, or with the error; then the pipeline is stopped', async () => {
  const sql = await setUp({ behaviour: { batchRetries: 1, batchRetryMs: 0 } });
  await sql.stage.put('in/a.csv', '1,a\n2,a\n');
  expect(await sql.exec('START PIPELINE p FOREGROUND')).toBe(2);
  await sql.stage.put('in/b.csv', '3,b\n4,b,too many\n');
  await expect(sql.exec('START PIPELINE p FOREGROUND LIMIT 1 BATCHES')).rejects.toThrow(
    /^1262: Leaf Error .*: Row 2 was truncated/,
  );
  expect(await states(sql)).toEqual(['Stopped']);
  expect(await sql.files()).toEqual(['in/a.csv: Loaded', 'in/b.csv: Unloaded']);
  expect(await sql.exec('START PIPELINE p FOREGROUND LIMIT 0 BATCHES')).toBe(0);
});

test('TEST shows the rows that would come next, and loads nothing', async () => {
  const sql = await setUp();
  await sql.stage.put('in/a.csv', '1,a\n2,b\n');
  expect(await sql.rows('TEST PIPELINE p')).toEqual([{ id: 1, note: 'a' }]);
  expect(await sql.rows('TEST PIPELINE p LIMIT 5')).toHaveLength(2);
  expect(await table(sql)).toEqual([]);
  await sql.exec('START PIPELINE p FOREGROUND');
  expect(await sql.rows('TEST PIPELINE p')).toEqual([]);
});

describe('ALTER PIPELINE', () => {
  test('SET OFFSETS: latest takes what is there for loaded, earliest reads all again', async () => {
    const sql = await setUp({}, 'REPLACE');
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.exec('ALTER PIPELINE p SET OFFSETS LATEST');
    expect(await sql.files()).toEqual(['in/a.csv: Loaded']);
    await sql.stage.put('in/b.csv', '2,b\n');
    await sql.stage.put('in/c.csv', '3,c\n');
    await sql.exec(`ALTER PIPELINE p SET OFFSETS '{"in/b.csv":1}'`);
    expect(await sql.exec('START PIPELINE p FOREGROUND')).toBe(1);
    expect(await table(sql)).toEqual([[3, 'c']]);
    await sql.exec('ALTER PIPELINE p SET OFFSETS EARLIEST');
    expect(await sql.exec('START PIPELINE p FOREGROUND')).toBe(3);
  });

  test('DROP ORPHAN FILES forgets what has gone from the Stage', async () => {
    const sql = await setUp();
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.stage.put('in/b.csv', '2,b\n');
    await sql.exec('START PIPELINE p FOREGROUND');
    await sql.stage.send('DELETE', 'in/a.csv');
    expect(await sql.files()).toHaveLength(2);
    await sql.exec('ALTER PIPELINE p DROP ORPHAN FILES');
    expect(await sql.files()).toEqual(['in/b.csv: Loaded']);
  });

  test.each([
    ['waits', 2],
    ['undone', 1],
  ] as const)(
    'DROP FILE while a batch has the file: %s, and it is loaded %i times',
    async (dropFileInBatch, times) => {
      const sql = await setUp({ behaviour: { batchMs: 200, dropFileInBatch } }, '', '');
      await sql.stage.put('in/a.csv', '1,a\n');
      await sql.exec('START PIPELINE p');
      await until(async () => (await lastBatch(sql)) !== null);
      await sql.exec("ALTER PIPELINE p DROP FILE '/in/a.csv'");
      await until(async () => (await table(sql)).length >= times);
      await sql.stage.put('in/b.csv', '2,b\n');
      await sql.settled(2);
      expect(await table(sql)).toEqual([...Array.from({ length: times }, () => [1, 'a']), [2, 'b']]);
    },
  );

  test('DROP FILE of an unknown file may be an error', async () => {
    const sql = await setUp();
    await sql.exec("ALTER PIPELINE p DROP FILE 'in/none.csv'");
    const strict = await setUp({ behaviour: { dropUnknownFile: 'error' } });
    await expect(strict.exec("ALTER PIPELINE p DROP FILE 'in/none.csv'")).rejects.toThrow('in/none.csv');
  });
});

describe('the switches', () => {
  test('batchFailures: so many batches fail, then the file is loaded', async () => {
    const sql = await setUp({ behaviour: { batchFailures: 2, batchRetryMs: 0 } });
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.exec('START PIPELINE p');
    await sql.settled(1);
    expect(await sql.files()).toEqual(['in/a.csv: Loaded']);
    const batches = await sql.tuples(
      'SELECT BATCH_STATE FROM information_schema.PIPELINES_BATCHES_SUMMARY ORDER BY BATCH_ID',
    );
    expect(batches).toEqual([['Failed'], ['Failed'], ['Succeeded']]);
  });

  test('pipelineStopsAfter: the pipeline is in the state Error after so many batches', async () => {
    const sql = await setUp({ behaviour: { pipelineStopsAfter: 1 } }, 'MAX_PARTITIONS_PER_BATCH 1');
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.stage.put('in/b.csv', '2,b\n');
    await sql.exec('START PIPELINE p');
    await until(async () => (await states(sql))[0] === 'Error');
    expect(await sql.files()).toEqual(['in/a.csv: Loaded', 'in/b.csv: Unloaded']);
  });

  test('viewsLagMs: the views show what was, the tables what is', async () => {
    const sql = await setUp({ behaviour: { viewsLagMs: 3_600_000 } });
    await sql.stage.put('in/a.csv', '1,a\n');
    expect(await sql.files()).toEqual([]);
    await sql.exec('START PIPELINE p FOREGROUND');
    expect(await table(sql)).toEqual([[1, 'a']]);
    expect(await sql.files()).toEqual([]);
  });

  test('fileNames: with a slash before them', async () => {
    const sql = await setUp({ behaviour: { fileNames: 'leading_slash' } });
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.exec('START PIPELINE p FOREGROUND');
    expect(await sql.files()).toEqual(['/in/a.csv: Loaded']);
  });

  test('foregroundTimeoutMs: 504, and the load goes on', async () => {
    const sql = await setUp({ behaviour: { foregroundTimeoutMs: 1, batchMs: 100 } });
    await sql.stage.put('in/a.csv', '1,a\n');
    expect((await sql.post('exec', 'START PIPELINE p FOREGROUND')).status).toBe(504);
    await sql.settled(1);
    expect(await table(sql)).toEqual([[1, 'a']]);
  });

  test('a fault may be meant for a statement: the reply to ALTER is lost, the change is made', async () => {
    const sql = await setUp({
      faults: { rules: [{ sqlPattern: '^alter pipeline', fault: 'lost_reply', times: 1 }] },
    });
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.exec('START PIPELINE p FOREGROUND');
    await expect(sql.exec("ALTER PIPELINE p DROP FILE 'in/a.csv'")).rejects.toThrow();
    expect(await sql.files()).toEqual([]);
  });
});

test('a batch reads what a file had when the batch began', async () => {
  const sql = await setUp({ behaviour: { batchMs: 200 } });
  await sql.stage.put('in/a.csv', '1,old\n');
  await sql.exec('START PIPELINE p');
  await until(async () => (await lastBatch(sql)) !== null);
  await sql.stage.put('in/a.csv', '1,new\n');
  await sql.settled(1);
  expect(await table(sql)).toEqual([[1, 'old']]);
});

test('a suspended workspace runs no pipelines; they go on when it is resumed', async () => {
  const sql = await setUp();
  const emulator = sql.emulator;
  const api = new ManagementHttp(emulator);
  const [workspace] = await api.list(`/v1/workspaces?workspaceGroupID=${emulator.deployments[0]!.id}`);
  const url = `/v1/workspaces/${String(workspace!['workspaceID'])}`;
  await sql.exec('START PIPELINE p');
  await api.ok('POST', `${url}/suspend`);
  api.advance(1000);
  await sql.stage.put('in/a.csv', '1,a\n');
  await sleep(50);
  expect((await sql.post('exec', 'SELECT 1')).status).toBe(503);
  await api.ok('POST', `${url}/resume`);
  api.advance(1000);
  const resumed = emulator.clock.now();
  await sql.settled(1);
  expect(await table(sql)).toEqual([[1, 'a']]);
  const [batch] = await sql.rows(
    'SELECT BATCH_START_UNIX_TIMESTAMP AS at FROM information_schema.PIPELINES_BATCHES',
  );
  expect(Number(batch?.['at']) * 1000).toBeGreaterThanOrEqual(resumed - 500);
});

describe('a data folder', () => {
  test('keeps tables, files and running pipelines over a restart', async () => {
    const dataDir = await temporaryFolder();
    const sql = await setUp({ dataDir, token: 'token' });
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.exec('START PIPELINE p');
    await sql.settled(1);
    await sql.emulator.close();
    const again = new SqlHttp(await start({ dataDir, token: 'token' }));
    expect(await again.files()).toEqual(['in/a.csv: Loaded']);
    await again.stage.put('in/b.csv', '2,b\n');
    await again.settled(2);
    expect(await table(again)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test('of a process that died in the middle of a batch: nothing of it is there, and it is read again', async () => {
    const dataDir = await temporaryFolder();
    const child = await emulatorProcess(dataDir);
    const sql = new SqlHttp(child.emulator as Emulator);
    await sql.stage.makeFolder('in/');
    await sql.exec('CREATE TABLE t (id INT, note VARCHAR(20))');
    await sql.exec(`CREATE PIPELINE p AS LOAD DATA STAGE 'in/*.csv' BATCH_INTERVAL 10 ${CSV}`);
    await sql.stage.put('in/a.csv', '1,a\n');
    await sql.stage.api('PUT', '/_emulator/behaviour', { batchMs: 60_000 });
    await sql.exec('START PIPELINE p');
    await until(async () => (await lastBatch(sql)) !== null);
    await child.kill('SIGKILL');
    const again = new SqlHttp(await start({ dataDir, token: 'token' }));
    await again.settled(1);
    expect(await table(again)).toEqual([[1, 'a']]);
    const batches = await again.tuples(
      'SELECT BATCH_STATE FROM information_schema.PIPELINES_BATCHES_SUMMARY ORDER BY BATCH_ID',
    );
    expect(batches).toEqual([['Cancelled'], ['Succeeded']]);
  });

  test('of several emulators on it one runs the pipelines, and another takes over', async () => {
    const dataDir = await temporaryFolder();
    const one = await setUp({ dataDir, token: 'token' }, '', '');
    const other = new SqlHttp(await start({ dataDir, token: 'token' }));
    await other.stage.put('in/a.csv', '1,a\n');
    await other.exec('START PIPELINE p');
    await other.settled(1);
    await one.emulator.close();
    await other.stage.put('in/b.csv', '2,b\n');
    await other.settled(2);
    expect(await table(other)).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });
});
