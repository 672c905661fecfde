import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';

const start = useEmulators();

async function withTable(): Promise<SqlHttp> {
  const sql = new SqlHttp(await start());
  await sql.exec(`CREATE TABLE t (id BIGINT AUTO_INCREMENT, big BIGINT UNSIGNED, price DECIMAL(10,2), long DECIMAL(30,10),
    name VARCHAR(10) NOT NULL DEFAULT 'none', bytes VARBINARY(4), day DATE, doc JSON, PRIMARY KEY (id))`);
  return sql;
}

test('what an INSERT puts in comes out as the Data API has it', async () => {
  const sql = await withTable();
  await sql.exec(
    `INSERT INTO t (big, price, long, name, bytes, day, doc) VALUES
     (18446744073709551615, 1.5, '12345678901234567890.5', 'it''s', 'ab', '2026-01-02', '{"a":{"b":[1,"x"]},"n":1.50}'), (?, ?, NULL, ?, NULL, NULL, NULL)`,
    [7, null, 'ü'],
  );
  const reply = await sql.post('query/tuples', 'SELECT * FROM t ORDER BY id');
  const [result] = reply.json<{
    results: { columns: { name: string; dataType: string }[]; rows: unknown }[];
  }>().results;
  expect(result?.columns.map(({ name, dataType }) => `${name} ${dataType}`)).toEqual([
    'id BIGINT',
    'big BIGINT',
    'price DECIMAL',
    'long DECIMAL',
    'name VARCHAR',
    'bytes VARBINARY',
    'day DATE',
    'doc JSON',
  ]);
  // what a double does not have exactly is a number in the text of the reply all the same
  expect(reply.text).toContain('18446744073709551615');
  expect(reply.text).toContain('"n":1.50');
  expect(result?.rows).toEqual([
    [
      1,
      expect.any(Number),
      '1.50',
      '12345678901234567890.5000000000',
      "it's",
      'YWI=',
      '2026-01-02',
      { a: { b: [1, 'x'] }, n: 1.5 },
    ],
    [2, 7, null, null, 'ü', null, null, null],
  ]);
});

describe('SELECT', () => {
  test.each<[string, unknown[][], unknown[]?]>([
    ['SELECT `name` FROM `demo`.`t` WHERE id = ?', [['a']], [1]],
    ['SELECT COUNT(*) AS n, SUM(price) AS s FROM t', [[3, 4.5]]],
    ['SELECT name, COUNT(*) FROM t GROUP BY name HAVING COUNT(*) > 1', [['b', 2]]],
    ['SELECT id FROM t ORDER BY id DESC LIMIT 1, 1', [[2]]],
    ['SELECT doc::a::$b FROM t WHERE id = 1', [['x']]],
    ['SELECT doc::n FROM t WHERE doc::%n > 1', [['2']]],
    ['SELECT a.id FROM t a JOIN demo.t b ON a.id = b.id AND b.name = "a"', [[1]]],
    ["SELECT IF(name = 'a', CONCAT(name, '!'), NULL) FROM t ORDER BY id LIMIT 1", [['a!']]],
    ["SELECT id FROM t WHERE name RLIKE '^A'", [[1]]],
    ['SELECT id FROM t WHERE price <=> NULL', []],
    ['WITH x AS (SELECT MAX(id) AS m FROM t) SELECT m FROM x', [[3]]],
    ["SELECT STR_TO_DATE('31/12/2026', '%d/%m/%Y') AS d", [['2026-12-31']]],
    ['SELECT 1 -- one\n + 1 AS two FROM t LIMIT 1', [[2]]],
  ])('%s', async (query, rows, args) => {
    const sql = await withTable();
    await sql.exec(
      `INSERT INTO t (price, name, doc) VALUES (1, 'a', '{"a":{"b":"x"},"n":1}'), (1.5, 'b', '{"n":2}'), (2, 'b', NULL)`,
    );
    expect(await sql.tuples(query, args)).toEqual(rows);
  });

  test.each([
    ['SELECT * FROM none', "1146: Table 'demo.none' doesn't exist"],
    ['SELECT none FROM t', "1054: Unknown column 'none'"],
    ['SELECT none(1) FROM t', '1305: FUNCTION none'],
    ['SELECT FROM WHERE t', '1064'],
    ['SELECT 1 FROM t; SELECT 2', '1064'],
    ['SELECT ? FROM t', '1210: there are fewer'],
    ['SELECT * FROM none.t', '1146'],
    ['WITH x AS (SELECT 1) DELETE FROM t', '1064'],
    ['SELECT @x FROM t', '1193'],
  ])('%s is refused', async (query, error) => {
    await expect((await withTable()).rows(query)).rejects.toThrow(error);
  });
});

describe('INSERT', () => {
  test('checks its values', async () => {
    const sql = await withTable();
    await expect(sql.exec("INSERT INTO t (price) VALUES ('x')")).rejects.toThrow(
      "1366: Invalid DECIMAL value 'x' for column 'price'",
    );
    await expect(sql.exec('INSERT INTO t (name) VALUES (NULL)')).rejects.toThrow(
      "1048: Column 'name' cannot be null",
    );
    await expect(sql.exec('INSERT INTO t (id, name) VALUES (1)')).rejects.toThrow('1136');
    await expect(sql.exec('INSERT INTO t (none) VALUES (1)')).rejects.toThrow('1054');
    // all rows or none
    await expect(sql.exec('INSERT INTO t (id) VALUES (1), (1)')).rejects.toThrow(
      "1062: Duplicate entry '1' for key 'PRIMARY'",
    );
    expect(await sql.tuples('SELECT COUNT(*) FROM t')).toEqual([[0]]);
  });

  test('REPLACE counts the row that went, IGNORE leaves it, SELECT copies', async () => {
    const sql = await withTable();
    expect(await sql.exec('INSERT INTO t (id, name) VALUES (1, ?)', ['a'])).toBe(1);
    expect(await sql.exec("REPLACE INTO t (id, name) VALUES (1, 'b'), (2, 'c')")).toBe(3);
    expect(await sql.exec("INSERT IGNORE INTO t (id, name) VALUES (1, 'd')")).toBe(0);
    expect(await sql.exec('INSERT INTO t (name) SELECT name FROM t')).toBe(2);
    expect(await sql.tuples('SELECT id, name FROM t ORDER BY id')).toEqual([
      [1, 'b'],
      [2, 'c'],
      [3, 'b'],
      [4, 'c'],
    ]);
    expect(await sql.exec('TRUNCATE TABLE t')).toBe(4);
  });
});

describe('what tells of tables', () => {
  test('the views of information_schema', async () => {
    const sql = await withTable();
    await sql.exec('CREATE ROWSTORE TABLE r (a INT, b INT, UNIQUE KEY u (a, b), SHARD KEY (a))');
    const view = (name: string, columns: string) =>
      sql.tuples(`SELECT ${columns} FROM information_schema.${name}`);
    expect(await view('TABLES', 'TABLE_SCHEMA, TABLE_NAME, STORAGE_TYPE')).toEqual([
      ['demo', 'r', 'INMEMORY_ROWSTORE'],
      ['demo', 't', 'COLUMNSTORE'],
    ]);
    expect(await view('table_constraints', 'TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE')).toEqual([
      ['r', 'u', 'UNIQUE'],
      ['t', 'PRIMARY', 'PRIMARY KEY'],
    ]);
    expect(await view('STATISTICS', 'TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME')).toEqual(
      [
        ['r', 'u', 0, 1, 'a'],
        ['r', 'u', 0, 2, 'b'],
        ['t', 'PRIMARY', 0, 1, 'id'],
        ['r', '__SHARDKEY', 1, 1, 'a'],
      ],
    );
    expect(
      await view(
        "COLUMNS WHERE TABLE_NAME = 't' AND COLUMN_NAME IN ('id', 'price', 'name')",
        'COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COLUMN_KEY, COLUMN_DEFAULT',
      ),
    ).toEqual([
      ['id', 'bigint', 'bigint', 'NO', 'PRI', null],
      ['price', 'decimal', 'decimal(10,2)', 'YES', '', null],
      ['name', 'varchar', 'varchar(10)', 'NO', '', 'none'],
    ]);
    expect(await view('SCHEMATA', 'SCHEMA_NAME')).toEqual([['demo']]);
  });

  test('SHOW and DESCRIBE; what SHOW CREATE TABLE says makes the table again', async () => {
    const sql = await withTable();
    expect(await sql.tuples('SHOW TABLES')).toEqual([['t']]);
    expect((await sql.tuples('DESCRIBE t'))[0]).toEqual([
      'id',
      'bigint',
      'NO',
      'PRI',
      null,
      'auto_increment',
    ]);
    const [[, text] = []] = await sql.tuples('SHOW CREATE TABLE t');
    await sql.exec('DROP TABLE t');
    await expect(sql.rows('DESCRIBE t')).rejects.toThrow('1146');
    await sql.exec(String(text));
    expect(await sql.tuples('SHOW CREATE TABLE t')).toEqual([['t', text]]);
    await expect(sql.exec(String(text))).rejects.toThrow("1050: Table 't' already exists");
  });

  test('a pipeline tells its table, its files and its statement', async () => {
    const sql = await withTable();
    const text = "CREATE PIPELINE p AS LOAD DATA STAGE 'in/*.csv' INTO TABLE t (name)";
    await sql.exec(text);
    const [pipeline] = await sql.rows('SELECT * FROM information_schema.PIPELINES');
    expect(pipeline).toMatchObject({ DATABASE_NAME: 'demo', PIPELINE_NAME: 'p', STATE: 'Stopped' });
    expect(JSON.parse(String(pipeline?.['CONFIG_JSON']))).toMatchObject({
      source_type: 'STAGE',
      connection_string: 'in/*.csv',
      table: 't',
      batch_interval: 2500,
      running: false,
    });
    expect(await sql.tuples('SHOW CREATE PIPELINE p')).toEqual([['p', text]]);
    expect(await sql.tuples('SHOW PIPELINES')).toEqual([['p', 'Stopped']]);
    await expect(sql.exec(text)).rejects.toThrow("Pipeline 'p' already exists");
    await sql.exec('DROP PIPELINE p');
    await expect(sql.exec('START PIPELINE p')).rejects.toThrow("Pipeline 'p' does not exist");
  });
});

test('a database that is dropped takes its tables and pipelines with it', async () => {
  const emulator = await start();
  const demo = new SqlHttp(emulator);
  const mine = new SqlHttp(emulator, 'mine');
  await demo.exec('CREATE DATABASE mine');
  await mine.exec('CREATE TABLE t (a INT)');
  await mine.exec("CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t");
  await mine.exec('INSERT INTO t VALUES (1)');
  expect(await demo.tuples('SELECT * FROM mine.t')).toEqual([[1]]);
  await demo.exec('DROP DATABASE mine');
  await demo.exec('CREATE DATABASE mine');
  expect(await mine.tuples('SHOW TABLES')).toEqual([]);
  expect(await demo.tuples('SELECT * FROM information_schema.PIPELINES')).toEqual([]);
});
