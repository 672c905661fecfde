import type { DatabaseSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import type { Expression } from '../sql/statements.ts';
import { defaultOf } from '../reading/row-maker.ts';
import { convert } from '../tables/convert.ts';
import type { InputValue, StoredValue } from '../tables/convert.ts';
import { RowInserter } from '../tables/row-inserter.ts';
import { columnNamed, PRIMARY } from '../tables/table.ts';
import type { Column, Table } from '../tables/table.ts';
import type { QueryConnection } from '../views/query-connection.ts';
import { rowsOf } from './query.ts';
import { textColumns } from './result.ts';
import type { Result, SqlSession } from './result.ts';

interface Insertion {
  readonly table: Table;
  readonly duplicates: 'error' | 'replace' | 'ignore';
  readonly columns: readonly string[] | undefined;
  readonly rows: Expression;
}

interface InsertContext {
  readonly writer: DatabaseSync;
  readonly connection: QueryConnection;
  readonly session: SqlSession;
  readonly nowText: () => string;
}

/** INSERT and REPLACE, within a transaction. Values are checked as those of files are. */
export function insertRows({ table, duplicates, columns, rows }: Insertion, context: InsertContext): Result {
  const targets = (columns ?? table.columns.map(({ name }) => name)).map((name) => expectColumn(table, name));
  const inserter = new RowInserter(context.writer, table, duplicates);
  for (const values of rowsOf(rows, context.connection, context.session).values) {
    if (values.length !== targets.length)
      throw new SqlError(1136, `Column count doesn't match value count at row ${inserter.inserted + 1}`);
    inserter.insert(rowOf(table, targets, values, context.nowText));
  }
  const { inserted, updated, lastInsertId } = inserter;
  // REPLACE counts the row that went and the one that came
  return { rowsAffected: inserted + 2 * updated, lastInsertId: Number(lastInsertId) };
}

function rowOf(
  table: Table,
  targets: readonly Column[],
  values: readonly InputValue[],
  nowText: () => string,
): readonly StoredValue[] {
  return table.columns.map((column) => {
    const at = targets.indexOf(column);
    return at === -1 ? defaultOf(column, nowText) : convert(values[at] ?? null, column);
  });
}

function expectColumn(table: Table, name: string): Column {
  const column = columnNamed(table, name);
  if (column === undefined) throw new SqlError(1054, `Unknown column '${name}' in 'field list'`);
  return column;
}

/** DESCRIBE. */
export function describeTable(table: Table): Result {
  const rows = table.columns.map((column) => [
    column.name,
    column.type.name.toLowerCase(),
    column.isNullable ? 'YES' : 'NO',
    keyWord(table, column),
    defaultText(column),
    column.isAutoIncrement ? 'auto_increment' : '',
  ]);
  return { columns: textColumns('Field', 'Type', 'Null', 'Key', 'Default', 'Extra'), rows };
}

function keyWord({ uniqueKeys, otherKeys }: Table, { name }: Column): string {
  const has = (columns: readonly string[]): boolean =>
    columns.some((each) => each.toLowerCase() === name.toLowerCase());
  if (uniqueKeys.some((key) => key.name === PRIMARY && has(key.columns))) return 'PRI';
  if (uniqueKeys.some((key) => has(key.columns))) return 'UNI';
  return otherKeys.some((key) => has(key.columns)) ? 'MUL' : '';
}

const defaultText = ({ default: value }: Column): string | null =>
  value === 'now' ? 'CURRENT_TIMESTAMP' : (value?.literal ?? null);

/** SHOW CREATE TABLE. */
export function showCreateTable(table: Table): Result {
  const quoted = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(',');
  const lines = [
    ...table.columns.map((column) => `  \`${column.name}\` ${columnText(column)}`),
    ...table.uniqueKeys.map((key) =>
      key.name === PRIMARY
        ? `  PRIMARY KEY (${quoted(key.columns)})`
        : `  UNIQUE KEY \`${key.name}\` (${quoted(key.columns)})`,
    ),
    ...table.otherKeys.map((key) =>
      key.kind === 'KEY'
        ? `  KEY \`${key.name}\` (${quoted(key.columns)})`
        : `  ${key.kind} KEY \`${key.name}\` (${quoted(key.columns)})`,
    ),
  ];
  const verb = table.isRowstore ? 'CREATE ROWSTORE TABLE' : 'CREATE TABLE';
  const text = `${verb} \`${table.name}\` (\n${lines.join(',\n')}\n)`;
  return { columns: textColumns('Table', 'Create Table'), rows: [[table.name, text]] };
}

function columnText(column: Column): string {
  const parts = [column.type.name.toLowerCase().replace('unsigned', 'unsigned')];
  if (!column.isNullable) parts.push('NOT NULL');
  if (column.isAutoIncrement) parts.push('AUTO_INCREMENT');
  if (column.default === 'now') parts.push('DEFAULT CURRENT_TIMESTAMP');
  else if (column.default !== undefined) parts.push(`DEFAULT ${literalText(column.default.literal)}`);
  if (column.comment !== '') parts.push(`COMMENT ${literalText(column.comment)}`);
  return parts.join(' ');
}

const literalText = (text: string | null): string =>
  text === null ? 'NULL' : `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
