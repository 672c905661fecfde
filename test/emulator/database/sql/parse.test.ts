import { describe, expect, test } from 'vitest';
import { KNOWN_STATEMENTS, parseStatement } from '../../../../src/emulator/database/sql/parse.ts';

describe('CREATE TABLE', () => {
  const definitionOf = (body: string, before = 'CREATE TABLE') => {
    const statement = parseStatement(`${before} t (${body})`);
    if (statement.kind !== 'createTable') throw new Error(statement.kind);
    return statement.definition;
  };

  test.each([
    ['a TINYINT', 'TINYINT'],
    ['a BOOL', 'TINYINT(1)'],
    ['a INTEGER(11) UNSIGNED NOT NULL', 'INT(11) UNSIGNED'],
    ['a BIGINT', 'BIGINT'],
    ['a NUMERIC(20,4)', 'DECIMAL(20,4)'],
    ['a DECIMAL', 'DECIMAL(10,0)'],
    ['a DOUBLE PRECISION', 'DOUBLE'],
    ['a VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', 'VARCHAR(20)'],
    ['a CHAR', 'CHAR(1)'],
    ['a LONGTEXT', 'LONGTEXT'],
    ['a VARBINARY(16)', 'VARBINARY(16)'],
    ['a DATETIME(6) DEFAULT NOW(6)', 'DATETIME(6)'],
    ['a TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP', 'TIMESTAMP'],
    ['a JSON', 'JSON'],
  ])('%s', (body, name) => {
    expect(definitionOf(body).columns[0]?.type.name).toBe(name);
  });

  test('columns, keys, clauses and comments', () => {
    const definition = definitionOf(
      `id BIGINT AUTO_INCREMENT COMMENT 'the ''id''', \`key\` VARCHAR(5) DEFAULT 'x', n INT DEFAULT -1,
       PRIMARY KEY (id), UNIQUE KEY u (id, \`key\`) USING HASH, SORT KEY (n DESC), SHARD KEY (id), KEY k (\`key\`), KEY (n) USING CLUSTERED COLUMNSTORE`,
      'CREATE ROWSTORE TABLE IF NOT EXISTS',
    );
    expect(
      definition.columns.map(({ name, isNullable, isAutoIncrement, default: value, comment }) => [
        name,
        isNullable,
        isAutoIncrement,
        value,
        comment,
      ]),
    ).toEqual([
      ['id', false, true, undefined, "the 'id'"],
      ['key', true, false, { literal: 'x' }, ''],
      ['n', true, false, { literal: '-1' }, ''],
    ]);
    expect(definition.uniqueKeys).toEqual([
      { name: 'PRIMARY', columns: ['id'] },
      { name: 'u', columns: ['id', 'key'] },
    ]);
    expect(definition.otherKeys.map(({ kind, columns }) => [kind, columns])).toEqual([
      ['SORT', ['n']],
      ['SHARD', ['id']],
      ['KEY', ['key']],
      ['KEY', ['n']],
    ]);
    expect(definition.isRowstore).toBe(true);
  });

  test('what comes after the columns changes nothing but the comment', () => {
    const statement = parseStatement(
      "CREATE TABLE d.t (a INT) AUTOSTATS_ENABLED = FALSE COMMENT='c' DEFAULT CHARACTER SET utf8mb4;",
    );
    expect(statement).toMatchObject({ table: { database: 'd', name: 't' }, definition: { comment: 'c' } });
  });

  test.each([
    ['a POINT', '1235'],
    ['a INT, A INT', "1060: Duplicate column name 'a'"],
    ['a INT, PRIMARY KEY (b)', "1072: Key column 'b'"],
    ['a INT PRIMARY KEY, PRIMARY KEY (a)', '1068'],
    ['a INT, b INT, UNIQUE KEY (a), SHARD KEY (b)', '1706'],
    ['a DECIMAL(3,5)', '1425'],
    ['a DATETIME(3)', '1064'],
    ['', '1064'],
  ])('%s is refused', (body, error) => {
    expect(errorOf(`CREATE TABLE t (${body})`)).toContain(error);
  });
});

describe('CREATE PIPELINE', () => {
  const parse = (sql: string) => {
    const statement = parseStatement(sql);
    if (statement.kind !== 'createPipeline') throw new Error(statement.kind);
    return statement;
  };

  test('all options of CSV', () => {
    const { load, options, ...rest } = parse(`CREATE OR REPLACE PIPELINE d.p AS LOAD DATA STAGE '/in/*.csv'
      BATCH_INTERVAL 100 MAX_PARTITIONS_PER_BATCH 2 MAX_RETRIES_PER_BATCH_PARTITION 3 STOP_ON_ERROR OFF
      SKIP ALL ERRORS INTO TABLE t
      FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\r\\n' STARTING BY '>'
      NULL DEFINED BY '' OPTIONALLY ENCLOSED IGNORE 2 LINES TRAILING NULLCOLS
      (a, @b) SET c = nullif(@b, ''), d = 1 WHERE a > 1 AND @b <> 'x'`);
    expect(rest).toMatchObject({
      pipeline: { database: 'd', name: 'p' },
      orReplace: true,
      ifNotExists: false,
    });
    expect(options).toEqual({
      batchInterval: 100,
      maxPartitionsPerBatch: 2,
      maxRetries: 3,
      stopOnError: false,
    });
    expect(load).toMatchObject({
      files: 'in/*.csv',
      duplicates: 'skip',
      skipsConstraintErrors: true,
      skipsParserErrors: true,
      file: {
        fieldsTerminatedBy: ';',
        enclosedBy: '"',
        escapedBy: '',
        linesTerminatedBy: '\r\n',
        linesStartingBy: '>',
        nullDefinedBy: '',
        nullMayBeEnclosed: true,
        ignoreLines: 2,
        trailingNulls: true,
      },
    });
    expect(load.targets?.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['column a', 'variable b']);
    expect(load.set.map(({ column, expression }) => [column, expression.length])).toEqual([
      ['c', 6],
      ['d', 1],
    ]);
    expect(load.where).toHaveLength(7);
  });

  test('paths of JSON', () => {
    const { load } = parse(`CREATE PIPELINE p AS LOAD DATA STAGE 'x' REPLACE INTO TABLE t FORMAT JSON
      (a <- x::\`y z\`, @b <- %, c <- %::n DEFAULT 'none')`);
    expect(load.file).toEqual({ format: 'json' });
    expect(load.duplicates).toBe('replace');
    expect(load.targets?.map(({ path, default: value }) => [path, value])).toEqual([
      [['x', 'y z'], null],
      [[], null],
      [['n'], 'none'],
    ]);
  });

  test.each([
    ["CREATE PIPELINE p AS LOAD DATA S3 'b' INTO TABLE t", 'STAGE'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO PROCEDURE q", 'procedures'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t FORMAT AVRO", 'not AVRO'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t FORMAT JSON (a)", 'path'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t (a <- b)", 'path'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t FIELDS TERMINATED BY ''", 'empty'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t CHARACTER SET latin1", 'UTF-8'],
    ["CREATE PIPELINE p AS LOAD DATA STAGE 'x' INTO TABLE t nonsense", 'near'],
  ])('%s is refused', (sql, reason) => {
    expect(errorOf(sql)).toContain(reason);
  });
});

test.each([
  [
    'START PIPELINE IF NOT RUNNING p FOREGROUND LIMIT 3 BATCHES',
    { ifNotRunning: true, foreground: { batches: 3 } },
  ],
  ['start pipeline p', { ifNotRunning: false, foreground: undefined }],
  ['START ALL PIPELINES', { which: 'all' }],
  ['STOP PIPELINE IF RUNNING p DETACH', { ifRunning: true, detach: true }],
  ['TEST PIPELINE p LIMIT 4', { rows: 4 }],
  ["ALTER PIPELINE p DROP FILE 'f'", { change: { kind: 'dropFile', file: 'f' } }],
  ['ALTER PIPELINE p DROP ORPHAN FILES', { change: { kind: 'dropOrphanFiles' } }],
  ["ALTER PIPELINE p SET OFFSETS '{}'", { change: { kind: 'setOffsets', to: { json: '{}' } } }],
  [
    'ALTER PIPELINE p SET BATCH_INTERVAL 5 STOP_ON_ERROR ON',
    { change: { options: { batchInterval: 5, stopOnError: true } } },
  ],
  ['DROP PIPELINE IF EXISTS p', { ifExists: true }],
  ['CLEAR PIPELINE ERRORS FOR p', { pipeline: { name: 'p' } }],
  ['DROP TABLE IF EXISTS a, d.b', { ifExists: true, tables: [{ name: 'a' }, { database: 'd', name: 'b' }] }],
  ['INSERT IGNORE INTO t (a, b) VALUES (1, 2)', { duplicates: 'ignore', columns: ['a', 'b'] }],
  ["SHOW TABLES FROM d LIKE 'x%'", { kind: 'showTables', database: 'd', like: 'x%' }],
])('%s', (sql, expected) => {
  expect(parseStatement(sql)).toMatchObject(expected);
});

test.each([
  'UPDATE t SET a = 1',
  'DELETE FROM t',
  'CREATE VIEW v AS SELECT 1',
  'GRANT ALL ON *.* TO x',
  'SHOW GRANTS',
  'nonsense',
])('%s is refused with all that is known', (sql) => {
  for (const known of KNOWN_STATEMENTS) expect(errorOf(sql)).toContain(known);
  expect(errorOf(sql)).toContain('1235');
});

function errorOf(sql: string): string {
  try {
    parseStatement(sql);
  } catch (error) {
    const { code, message } = error as { code: number; message: string };
    return `${code}: ${message}`;
  }
  return 'no error';
}
