import { SqlError } from '../sql-error.ts';
import { parseAlter, parseCreatePipeline, parseStart, parseStop, parseTest } from './parse-pipeline.ts';
import { parseLoad } from './parse-load.ts';
import { parseCreateTable } from './parse-table.ts';
import type { Statement } from './statements.ts';
import { TokenReader } from './token-reader.ts';

/** What the embedded database knows, for the error that says so. */
export const KNOWN_STATEMENTS = [
  'SELECT',
  'INSERT',
  'REPLACE',
  'CREATE DATABASE',
  'CREATE TABLE',
  'CREATE PIPELINE',
  'DROP DATABASE',
  'DROP TABLE',
  'DROP PIPELINE',
  'TRUNCATE TABLE',
  'START PIPELINE',
  'STOP PIPELINE',
  'TEST PIPELINE',
  'ALTER PIPELINE',
  'CLEAR PIPELINE ERRORS',
  'LOAD DATA STAGE',
  'DESCRIBE',
  'SHOW DATABASES',
  'SHOW TABLES',
  'SHOW COLUMNS',
  'SHOW PIPELINES',
  'SHOW CREATE TABLE',
  'SHOW CREATE PIPELINE',
  'SHOW VARIABLES',
  'SET',
] as const;

export const notCarriedOut = (): SqlError =>
  new SqlError(
    1235,
    `the embedded database does not carry out this statement; it knows ${KNOWN_STATEMENTS.join(', ')}`,
  );

/** One statement. Throws error 1064 for a mistake, and 1235 with all that is known for another statement. */
export function parseStatement(sql: string): Statement {
  const reader = new TokenReader(sql.trim().replace(/;\s*$/, ''));
  const statement = readStatement(reader);
  reader.expectEnd();
  return statement;
}

function readStatement(reader: TokenReader): Statement {
  if (reader.sees('SELECT') || reader.sees('WITH')) return { kind: 'select', query: takeAll(reader) };
  if (reader.take('CREATE')) return readCreate(reader);
  if (reader.take('DROP')) return readDrop(reader);
  if (reader.take('START')) return parseStart(reader);
  if (reader.take('STOP')) return parseStop(reader);
  if (reader.take('TEST')) return parseTest(reader);
  if (reader.take('ALTER', 'PIPELINE')) return parseAlter(reader);
  if (reader.take('CLEAR', 'PIPELINE', 'ERRORS'))
    return { kind: 'clearErrors', pipeline: reader.take('FOR') ? reader.expectQualifiedName() : undefined };
  if (reader.take('LOAD', 'DATA')) return { kind: 'load', load: parseLoad(reader).load };
  if (reader.take('TRUNCATE')) {
    reader.take('TABLE');
    return { kind: 'truncate', table: reader.expectQualifiedName() };
  }
  if (reader.take('INSERT')) return readInsert(reader, reader.take('IGNORE') ? 'ignore' : 'error');
  if (reader.take('REPLACE')) return readInsert(reader, 'replace');
  if (reader.take('DESCRIBE') || reader.take('DESC'))
    return { kind: 'describe', table: reader.expectQualifiedName() };
  if (reader.take('SHOW')) return readShow(reader);
  throw notCarriedOut();
}

function readCreate(reader: TokenReader): Statement {
  const orReplace = reader.take('OR', 'REPLACE');
  if (reader.sees('PIPELINE') || reader.sees('AGGREGATOR')) return parseCreatePipeline(reader, orReplace);
  const isRowstore = reader.take('ROWSTORE');
  if (!isRowstore) reader.take('COLUMNSTORE');
  if (!reader.sees('REFERENCE', 'TABLE') && !reader.sees('TABLE')) throw notCarriedOut();
  reader.take('REFERENCE');
  return parseCreateTable(reader, isRowstore);
}

function readDrop(reader: TokenReader): Statement {
  const what = reader.take('PIPELINE') ? 'pipeline' : reader.take('TABLE') ? 'table' : undefined;
  if (what === undefined) throw notCarriedOut();
  const ifExists = reader.take('IF', 'EXISTS');
  if (what === 'pipeline') return { kind: 'dropPipeline', pipeline: reader.expectQualifiedName(), ifExists };
  const tables = [reader.expectQualifiedName()];
  while (reader.take(',')) tables.push(reader.expectQualifiedName());
  return { kind: 'dropTable', tables, ifExists };
}

function readInsert(reader: TokenReader, duplicates: 'error' | 'replace' | 'ignore'): Statement {
  reader.take('INTO');
  const table = reader.expectQualifiedName();
  const columns = reader.sees('(')
    ? reader
        .takeParenthesised()
        .filter(({ kind }) => kind !== 'symbol')
        .map(({ text }) => text)
    : undefined;
  if (!['VALUES', 'VALUE', 'SELECT', 'WITH'].some((word) => reader.sees(word)))
    throw reader.error('VALUES or SELECT');
  const rows = takeAll(reader);
  if (rows.some(({ kind, text }) => kind === 'word' && text.toUpperCase() === 'DUPLICATE'))
    throw new SqlError(1235, 'ON DUPLICATE KEY UPDATE is not carried out by the embedded database: REPLACE');
  return { kind: 'insert', table, duplicates, columns, rows };
}

function readShow(reader: TokenReader): Statement {
  if (reader.take('CREATE', 'TABLE')) return { kind: 'showCreateTable', table: reader.expectQualifiedName() };
  if (reader.take('CREATE', 'PIPELINE'))
    return { kind: 'showCreatePipeline', pipeline: reader.expectQualifiedName() };
  reader.take('FULL');
  if (reader.take('COLUMNS')) {
    reader.expectOneOf('FROM', 'IN');
    return { kind: 'describe', table: reader.expectQualifiedName() };
  }
  const isTables = reader.take('TABLES');
  if (!isTables && !reader.take('PIPELINES')) throw notCarriedOut();
  const database = reader.take('FROM') || reader.take('IN') ? reader.expectName() : undefined;
  if (!isTables) return { kind: 'showPipelines', database };
  return { kind: 'showTables', database, like: reader.take('LIKE') ? reader.expectString() : undefined };
}

const takeAll = (reader: TokenReader) => reader.takeUntil(() => false);
