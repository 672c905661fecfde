import type { SQLInputValue, StatementColumnMetadata, StatementSync } from 'node:sqlite';
import { noDatabase, SqlError, syntaxError } from '../sql-error.ts';
import type { Expression } from '../sql/statements.ts';
import { translate } from '../sql/translate.ts';
import { parseJson, rawJson } from '../tables/json-text.ts';
import type { QueryConnection } from '../views/query-connection.ts';
import type { Result, ResultColumn, ResultValue, SqlSession } from './result.ts';

type Value = string | number | bigint | null | Uint8Array;

/** A SELECT, carried out by SQLite. */
export function selectRows(query: Expression, connection: QueryConnection, session: SqlSession): Result {
  const { statement, values } = rowsOf(query, connection, session);
  const columns = statement.columns();
  const rows = [...values].map((row) => row.map((value, at) => shown(value, columns[at])));
  const shownColumns = columns.map((column, at) => describe(column, rows[0]?.[at]));
  return { columns: shownColumns, rows };
}

/** The rows of a SELECT or of VALUES as SQLite has them. */
export function rowsOf(
  query: Expression,
  connection: QueryConnection,
  { database, args }: SqlSession,
): { statement: StatementSync; values: Iterable<readonly Value[]> } {
  const sql = translate(query, { isTable: (of, name) => connection.isTable(of, name) });
  const wanted = query.filter(({ kind }) => kind === 'placeholder').length;
  if (wanted > args.length) throw new SqlError(1210, 'there are fewer arguments than placeholders');
  if (wanted < args.length) throw new SqlError(1210, 'there are more arguments than placeholders');
  try {
    const statement = connection.prepare(sql, database);
    // read whole, so that the snapshot is not kept
    return { statement, values: statement.all(...args.map(bindable)) as unknown as readonly Value[][] };
  } catch (error) {
    throw asSqlError(error, database);
  }
}

export function bindable(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** SQLite's errors with MySQL's codes. */
function asSqlError(error: unknown, database: string | null): Error {
  if (error instanceof SqlError || !(error instanceof Error)) return error as Error;
  const { message } = error;
  const [, table] = /^no such table: (?:main\.|temp\.)?(.+)$/.exec(message) ?? [];
  if (table !== undefined) {
    if (database === null && !table.includes('.')) return noDatabase();
    return new SqlError(
      1146,
      `Table '${table.includes('.') ? table : `${database}.${table}`}' doesn't exist`,
    );
  }
  const [, column] = /^no such column: (.+)$/.exec(message) ?? [];
  if (column !== undefined) return new SqlError(1054, `Unknown column '${column}' in 'field list'`);
  const [, name] = /^no such function: (.+)$/.exec(message) ?? [];
  if (name !== undefined) return new SqlError(1305, `FUNCTION ${name} does not exist`);
  return syntaxError(message);
}

/** The type that a column was made with, as its table says. */
const typeOf = (column: StatementColumnMetadata | undefined): string => column?.type?.toUpperCase() ?? '';

function shown(value: Value, column: StatementColumnMetadata | undefined): ResultValue {
  const type = typeOf(column);
  if (value === null) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (type.startsWith('DECIMAL')) return decimalText(value, type);
  if (type === 'JSON TEXT') return parseJson(String(value)) as ResultValue;
  if (typeof value === 'bigint') return integer(value);
  return type === 'BIGUNSIGNED BLOB' ? rawJson(String(value)) : value;
}

const integer = (value: bigint): ResultValue =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : rawJson(value.toString());

function decimalText(value: string | number | bigint, type: string): string {
  const scale = Number(/,(\d+)\)/.exec(type)?.[1] ?? 0);
  return typeof value === 'number' ? value.toFixed(scale) : withScale(String(value), scale);
}

const withScale = (text: string, scale: number): string =>
  scale === 0 || text.includes('.') ? text : `${text}.${'0'.repeat(scale)}`;

function describe(column: StatementColumnMetadata, first: ResultValue | undefined): ResultColumn {
  const [type = ''] = typeOf(column).split(/[ (]/, 1);
  const dataType = type === 'BIGUNSIGNED' ? 'BIGINT' : type || typeOfValue(first);
  return { name: column.name, dataType };
}

function typeOfValue(value: ResultValue | undefined): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'BIGINT' : 'DOUBLE';
  return 'VARCHAR';
}
