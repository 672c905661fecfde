import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { SMALL_PARQUET } from '../../support/trees/small-parquet.ts';

const start = useEmulators();

const ORDERS = `CREATE TABLE orders (id BIGINT NOT NULL, qty INT, price DECIMAL(10,2), at DATETIME(6), note VARCHAR(20))`;
const PIPELINE = `CREATE PIPELINE orders AS LOAD DATA STAGE 'orders/*' BATCH_INTERVAL 20 INTO TABLE orders
  FIELDS TERMINATED BY ',' ENCLOSED BY '"' IGNORE 1 LINES`;

test('CSV, JSON and Parquet come from the Stage into tables, through HTTP alone', async () => {
  const sql = new SqlHttp(await start());
  for (const folder of ['csv', 'json', 'parquet']) await sql.stage.makeFolder(`${folder}/`);
  await sql.exec(ORDERS.replace('orders', 'csv'));
  await sql.exec('CREATE TABLE json (id BIGINT, city VARCHAR(20), tags JSON)');
  await sql.exec('CREATE TABLE parquet (id BIGINT, name VARCHAR(20), score DOUBLE)');
  await sql.exec(PIPELINE.replaceAll('orders', 'csv'));
  await sql.exec(`CREATE PIPELINE json AS LOAD DATA STAGE 'json/*.json*' BATCH_INTERVAL 20 INTO TABLE json FORMAT JSON
    (id <- id, city <- address::city, tags <- tags)`);
  await sql.exec(`CREATE PIPELINE parquet AS LOAD DATA STAGE 'parquet/*.parquet' BATCH_INTERVAL 20 INTO TABLE parquet
    FORMAT PARQUET (id <- id, name <- name, score <- score)`);
  await sql.exec('START ALL PIPELINES');
  await sql.stage.put(
    'csv/a.csv',
    'id,…\n1,2,3.456,2026-01-02 03:04:05.5,"a ""b"", c"\n2,\\N,,2026-01-02,\n',
  );
  await sql.stage.put('csv/b.csv.gz', new Uint8Array(gzipSync('id,…\n3,4,1,2026-01-02,x\n')));
  await sql.stage.put('json/a.json', '{"id":12345678901234567890123,"address":{"city":"Ulm"}}\n');
  await sql.stage.put('json/b.jsonl', '{"id":1,"address":{"city":"Ulm"},"tags":[1,{"a":null}]}\n{"id":2}\n');
  await sql.stage.put('parquet/a.parquet', new Uint8Array(SMALL_PARQUET));
  await sql.settled(5);
  expect(await sql.files()).toEqual([
    'csv/a.csv: Loaded',
    'csv/b.csv.gz: Loaded',
    'json/a.json: Skipped',
    'json/b.jsonl: Loaded',
    'parquet/a.parquet: Loaded',
  ]);
  expect(await sql.tuples('SELECT * FROM csv ORDER BY id')).toEqual([
    [1, 2, '3.46', '2026-01-02 03:04:05.500000', 'a "b", c'],
    [2, null, null, '2026-01-02 00:00:00.000000', ''],
    [3, 4, '1.00', '2026-01-02 00:00:00.000000', 'x'],
  ]);
  expect(await sql.tuples('SELECT * FROM json ORDER BY id')).toEqual([
    [1, 'Ulm', [1, { a: null }]],
    [2, null, null],
  ]);
  expect(await sql.tuples('SELECT id, score FROM parquet ORDER BY id')).toEqual([
    [1, expect.any(Number)],
    [2, expect.any(Number)],
    [3, expect.any(Number)],
  ]);
});

test('a name is read once; after DROP FILE its content is read again, and rows double without a key', async () => {
  const sql = new SqlHttp(await start());
  await sql.stage.makeFolder('orders/');
  await sql.exec(ORDERS);
  await sql.exec(PIPELINE);
  await sql.stage.put('orders/a.csv', 'id\n1,1,1,2026-01-01,old\n');
  await sql.exec('START PIPELINE orders');
  await sql.settled(1);
  await sql.stage.put('orders/a.csv', 'id\n1,1,1,2026-01-01,new\n');
  await sql.stage.put('orders/b.csv', 'id\n2,1,1,2026-01-01,b\n');
  await sql.settled(2);
  expect(await sql.tuples('SELECT note FROM orders ORDER BY note')).toEqual([['b'], ['old']]);
  await sql.exec("ALTER PIPELINE orders DROP FILE 'orders/a.csv'");
  await sql.settled(2);
  expect(await sql.tuples('SELECT note FROM orders ORDER BY note')).toEqual([['b'], ['new'], ['old']]);
});

test('a file that fails is skipped with its error, line and column; nothing of it is in the table', async () => {
  const sql = new SqlHttp(await start({ behaviour: { batchRetries: 1, batchRetryMs: 0 } }));
  await sql.stage.makeFolder('orders/');
  await sql.exec(ORDERS);
  await sql.exec(PIPELINE);
  await sql.stage.put('orders/bad.csv', 'id\n1,1,1,2026-01-01,good\n2,many,1,2026-01-01,bad\n');
  await sql.stage.put('orders/good.csv', 'id\n3,1,1,2026-01-01,good\n');
  await sql.exec('START PIPELINE orders');
  await sql.settled(2);
  expect(await sql.files()).toEqual(['orders/bad.csv: Skipped', 'orders/good.csv: Loaded']);
  expect(await sql.tuples('SELECT id FROM orders')).toEqual([[3]]);
  const errors = await sql.rows('SELECT * FROM information_schema.PIPELINES_ERRORS ORDER BY ERROR_ID');
  // two batches, each told by the leaf and by the aggregator
  expect(errors.map((row) => row['ERROR_MESSAGE'])).toEqual([
    "Invalid INT value 'many' for column 'qty'",
    "Leaf Error (127.0.0.1:3307): Invalid INT value 'many' for column 'qty'",
    "Invalid INT value 'many' for column 'qty'",
    "Leaf Error (127.0.0.1:3307): Invalid INT value 'many' for column 'qty'",
  ]);
  expect(errors[0]).toMatchObject({
    DATABASE_NAME: 'demo',
    PIPELINE_NAME: 'orders',
    ERROR_TYPE: 'Error',
    ERROR_KIND: 'Load',
    LOAD_DATA_LINE: '2,many,1,2026-01-01,bad',
    LOAD_DATA_LINE_NUMBER: 3,
    BATCH_SOURCE_PARTITION_ID: 'orders/bad.csv',
  });
});
