import { describe, expect, test } from 'vitest';
import { useEmulators } from '../../support/cli/emulators.ts';
import { SqlHttp } from '../../support/database/sql-http.ts';
import { parquetFile } from '../../support/load/parquet-writer.ts';

const start = useEmulators();

/** Loads one file into a table of these columns, and returns the table. */
async function load(
  columns: string,
  clauses: string,
  content: string | Uint8Array<ArrayBuffer>,
  file = 'f.csv',
): Promise<unknown[][]> {
  const sql = new SqlHttp(await start());
  await sql.exec(`CREATE TABLE t (${columns})`);
  await sql.stage.put(file, content);
  await sql.exec(`LOAD DATA STAGE '${file}' INTO TABLE t ${clauses}`);
  return sql.tuples('SELECT * FROM t ORDER BY 1');
}

const COMMA = "FIELDS TERMINATED BY ','";

describe('LOAD DATA', () => {
  test('computes columns with SET, from variables and the name of the file', async () => {
    const rows = await load(
      'id INT, day DATE, at DATETIME, note VARCHAR(20), file VARCHAR(20)',
      `${COMMA} (id, @day, @at, @\`a note\`) SET day = STR_TO_DATE(@day, '%d/%m/%Y'), at = STR_TO_DATE(@at, '%Y-%m-%dT%H:%i:%sZ'),
       note = NULLIF(UPPER(TRIM(@\`a note\`)), 'NONE'), file = pipeline_source_file()`,
      '1,31/12/2026,2026-01-02T03:04:05Z, x \n2,01/02/2026,,none\n',
    );
    expect(rows).toEqual([
      [1, '2026-12-31', '2026-01-02 03:04:05', 'X', 'f.csv'],
      [2, '2026-02-01', null, null, 'f.csv'],
    ]);
  });

  test('leaves rows out with WHERE, on columns and variables', async () => {
    const where = `${COMMA} (id, @x) SET n = @x * 2 WHERE id > 1 AND @x <> 'no'`;
    expect(await load('id INT, n INT', where, '1,5\n2,no\n3,7\n')).toEqual([[3, 14]]);
  });

  test('gives columns that are not named their defaults, and null with TRAILING NULLCOLS', async () => {
    const columns = "id INT, a VARCHAR(5) DEFAULT 'x', b INT, c TIMESTAMP DEFAULT CURRENT_TIMESTAMP";
    expect(await load(columns, `${COMMA} TRAILING NULLCOLS (id, b)`, '1,2\n3\n')).toEqual([
      [1, 'x', 2, expect.stringMatching(/^20\d\d-/)],
      [3, 'x', null, expect.stringMatching(/^20\d\d-/)],
    ]);
  });

  test('of JSON takes the columns of the same names, and what stands for missing paths', async () => {
    const json = '[{"id":1,"b":true,"o":{"n":null}},{"id":2,"o":{"n":[1]}}]';
    expect(await load('id INT, b BOOL', 'FORMAT JSON', json)).toEqual([
      [1, 1],
      [2, null],
    ]);
    const paths = "FORMAT JSON (id <- id, n <- o::n, m <- o::m DEFAULT 'none', whole <- %)";
    expect(await load('id INT, n JSON, m VARCHAR(9), whole JSON', paths, json)).toEqual([
      [1, null, 'none', { id: 1, b: true, o: { n: null } }],
      [2, [1], 'none', { id: 2, o: { n: [1] } }],
    ]);
  });

  test('of Parquet keeps decimals, times, dates and nulls exactly', async () => {
    const file = parquetFile([
      { name: 'id', type: 'INT64', values: [1, 2, 9_007_199_254_740_993n] },
      {
        name: 'price',
        type: 'INT64',
        converted: 5,
        scale: 4,
        precision: 18,
        values: [123_456_789_012_345_678n, -5n, null],
      },
      {
        name: 'wide',
        type: 'BYTE_ARRAY',
        converted: 5,
        scale: 2,
        precision: 30,
        values: [Uint8Array.of(0xff, 0x38), null, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0)],
      },
      { name: 'day', type: 'INT32', converted: 6, values: [0, -1, 20_000] },
      { name: 'at', type: 'INT64', converted: 10, values: [1_700_000_000_123_456n, -1n, null] },
      { name: 'ms', type: 'INT64', converted: 9, values: [1_700_000_000_123n, 0n, null] },
      { name: 'name', type: 'BYTE_ARRAY', converted: 0, values: ['a', 'ü', null] },
      { name: 'ok', type: 'BOOLEAN', values: [true, false, null] },
    ]);
    const columns = `id BIGINT, price DECIMAL(18,4), wide DECIMAL(30,2), day DATE, at DATETIME(6), ms DATETIME(6),
      name VARCHAR(5), ok BOOL`;
    const paths = 'id price wide day at ms name ok'.split(' ').map((name) => `${name} <- ${name}`);
    const rows = await load(
      columns,
      `FORMAT PARQUET (${paths.join(', ')})`,
      new Uint8Array(file),
      'f.parquet',
    );
    expect(rows).toEqual([
      [
        1,
        '12345678901234.5678',
        '-2.00',
        '1970-01-01',
        '2023-11-14 22:13:20.123456',
        '2023-11-14 22:13:20.123000',
        'a',
        1,
      ],
      [2, '-0.0005', null, '1969-12-31', '1969-12-31 23:59:59.999999', '1970-01-01 00:00:00.000000', 'ü', 0],
      [expect.any(Number), null, '184467440737095516.16', '2024-10-04', null, null, null, null],
    ]);
  });

  test.each([
    ['none.csv', COMMA, "1934: Cannot extract data. There is no file 'none.csv'"],
    ['f.csv', `${COMMA} (id, none)`, "1054: Unknown column 'none'"],
    ['f.csv', `${COMMA} (id, @x) SET id = none(@x)`, '1064: SET or WHERE'],
    [
      'f.csv',
      `${COMMA} (id, @x) SET id = json_extract('{', @x)`,
      '1366: Leaf Error (127.0.0.1:3307): SET or WHERE',
    ],
    ['f.csv', `${COMMA} (id)`, '1262: Leaf Error (127.0.0.1:3307): Row 1 was truncated'],
    [
      'f.csv',
      `${COMMA} (id, @a, @b)`,
      "1261: Leaf Error (127.0.0.1:3307): Row 1 doesn't contain data for all columns",
    ],
    ['f.csv', 'FORMAT JSON', '1844: Leaf Error (127.0.0.1:3307): Row 1 is no object'],
    ['f.csv', 'FORMAT PARQUET (id <- id)', '1934: Leaf Error (127.0.0.1:3307): Cannot extract data'],
    ['bad.csv.gz', COMMA, '1934: Leaf Error (127.0.0.1:3307): Cannot extract data'],
    ['latin1.csv', COMMA, 'latin1.csv is not UTF-8'],
  ])('of %s with %s is refused', async (file, clauses, error) => {
    const sql = new SqlHttp(await start());
    await sql.exec('CREATE TABLE t (id INT)');
    await sql.stage.put('f.csv', '1,2\n');
    await sql.stage.put('bad.csv.gz', '1\n');
    await sql.stage.put('latin1.csv', Uint8Array.of(0xe4, 0x0a));
    await expect(sql.exec(`LOAD DATA STAGE '${file}' INTO TABLE t ${clauses}`)).rejects.toThrow(error);
    expect(await sql.tuples('SELECT COUNT(*) FROM t')).toEqual([[0]]);
  });

  test('with SKIP PARSER ERRORS leaves lines out that are no rows', async () => {
    const sql = new SqlHttp(await start());
    await sql.exec('CREATE TABLE t (id INT, n INT)');
    await sql.stage.put('f.csv', '1,1\nx,1\n2\n3,3\n');
    await sql.exec(`LOAD DATA STAGE 'f.csv' SKIP PARSER ERRORS INTO TABLE t ${COMMA}`);
    expect(await sql.tuples('SELECT id FROM t ORDER BY id')).toEqual([[1], [3]]);
  });

  test('reads all files that fit, in one transaction', async () => {
    const sql = new SqlHttp(await start());
    await sql.exec('CREATE TABLE t (id INT)');
    for (const folder of ['in/', 'in/deep/']) await sql.stage.makeFolder(folder);
    await sql.stage.put('in/a.csv', '1\n');
    await sql.stage.put('in/deep/b.csv', '2\n');
    expect(await sql.exec("LOAD DATA STAGE 'in' INTO TABLE t")).toBe(2);
    await sql.stage.put('in/c.csv', 'x\n');
    await expect(sql.exec("LOAD DATA STAGE 'in/*.csv' INTO TABLE t")).rejects.toThrow(
      "Invalid INT value 'x'",
    );
    expect(await sql.tuples('SELECT COUNT(*) FROM t')).toEqual([[2]]);
  });
});
