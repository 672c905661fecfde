import { SqlError } from '../sql-error.ts';
import { readType } from '../tables/column-types.ts';
import { PRIMARY } from '../tables/table.ts';
import type { Column, OtherKey, Table, UniqueKey } from '../tables/table.ts';
import type { CreateTable } from './statements.ts';
import type { TokenReader } from './token-reader.ts';

interface Parts {
  readonly columns: Column[];
  readonly uniqueKeys: UniqueKey[];
  readonly otherKeys: OtherKey[];
}

/** After CREATE, and the words ROWSTORE or COLUMNSTORE, up to the end. */
export function parseCreateTable(reader: TokenReader, isRowstore: boolean): CreateTable {
  reader.expect('TABLE');
  const ifNotExists = reader.take('IF', 'NOT', 'EXISTS');
  const table = reader.expectQualifiedName();
  const parts: Parts = { columns: [], uniqueKeys: [], otherKeys: [] };
  reader.expect('(');
  do readPart(reader, parts);
  while (reader.take(','));
  reader.expect(')');
  const comment = readOptions(reader);
  check(parts);
  return { kind: 'createTable', table, ifNotExists, definition: { ...withKeys(parts), isRowstore, comment } };
}

function readPart(reader: TokenReader, parts: Parts): void {
  reader.take('CONSTRAINT');
  const { uniqueKeys, otherKeys } = parts;
  if (reader.take('PRIMARY', 'KEY')) {
    uniqueKeys.push({ name: PRIMARY, columns: readKeyColumns(reader) });
  } else if (reader.sees('UNIQUE')) {
    reader.next();
    if (!reader.take('KEY')) reader.take('INDEX');
    uniqueKeys.push(readKey(reader, `unique_${uniqueKeys.length + 1}`));
  } else if (reader.take('SORT', 'KEY')) {
    otherKeys.push({ kind: 'SORT', ...readKey(reader, '__SORT_KEY') });
  } else if (reader.take('SHARD', 'KEY')) {
    otherKeys.push({ kind: 'SHARD', ...readKey(reader, '__SHARDKEY') });
  } else if (reader.take('KEY') || reader.take('INDEX')) {
    otherKeys.push({ kind: 'KEY', ...readKey(reader, `key_${otherKeys.length + 1}`) });
  } else {
    readColumn(reader, parts);
  }
}

function readKey(reader: TokenReader, unnamed: string): UniqueKey {
  const isNamed = !reader.sees('(') && !reader.sees('USING');
  const name = isNamed ? reader.expectName() : unnamed;
  readUsing(reader);
  const columns = readKeyColumns(reader);
  readUsing(reader);
  return { name, columns };
}

function readUsing(reader: TokenReader): void {
  if (reader.take('USING')) {
    reader.take('CLUSTERED');
    reader.expectOneOf('HASH', 'BTREE', 'COLUMNSTORE');
  }
}

function readKeyColumns(reader: TokenReader): readonly string[] {
  const columns: string[] = [];
  reader.expect('(');
  while (!reader.take(')')) {
    columns.push(reader.expectName());
    if (!reader.take('ASC')) reader.take('DESC');
    if (!reader.sees(')')) reader.expect(',');
  }
  return columns;
}

function readColumn(reader: TokenReader, parts: Parts): void {
  const name = reader.expectName();
  const type = readType(reader);
  let column: Column = {
    name,
    type,
    isNullable: true,
    isAutoIncrement: false,
    default: undefined,
    comment: '',
  };
  for (;;) {
    if (reader.take('NOT', 'NULL')) column = { ...column, isNullable: false };
    else if (reader.take('NULL')) column = { ...column, isNullable: true };
    else if (reader.take('DEFAULT')) column = { ...column, default: readDefault(reader) };
    else if (reader.take('AUTO_INCREMENT')) column = { ...column, isAutoIncrement: true };
    else if (reader.take('COMMENT')) column = { ...column, comment: reader.expectString() };
    else if (reader.take('PRIMARY', 'KEY')) parts.uniqueKeys.push({ name: PRIMARY, columns: [name] });
    else if (reader.take('UNIQUE', 'KEY') || reader.take('UNIQUE'))
      parts.uniqueKeys.push({ name, columns: [name] });
    else if (reader.take('CHARACTER', 'SET') || reader.take('COLLATE')) reader.expectName();
    else if (reader.take('ON', 'UPDATE')) readDefault(reader);
    else if (!reader.take('SERIES', 'TIMESTAMP') && !reader.take('SPARSE')) break;
  }
  parts.columns.push(column);
}

function readDefault(reader: TokenReader): Column['default'] {
  if (reader.take('NULL')) return { literal: null };
  if (['CURRENT_TIMESTAMP', 'NOW', 'CURRENT_DATE', 'UTC_TIMESTAMP'].some((word) => reader.take(word))) {
    if (reader.sees('(')) reader.takeParenthesised();
    return 'now';
  }
  if (reader.take('TRUE')) return { literal: '1' };
  if (reader.take('FALSE')) return { literal: '0' };
  const sign = reader.take('-') ? '-' : '';
  const token = reader.next();
  if (token.kind !== 'string' && token.kind !== 'number') throw reader.error('a literal');
  return { literal: sign + token.text };
}

/** What comes after the parentheses changes nothing here, but for the comment. */
function readOptions(reader: TokenReader): string {
  let comment = '';
  while (!reader.isAtEnd) {
    if (reader.take('COMMENT')) {
      reader.take('=');
      comment = reader.expectString();
    } else {
      reader.take('DEFAULT');
      const name = reader.expectName();
      if (name.toUpperCase() === 'AS' || name.toUpperCase() === 'SELECT')
        throw new SqlError(1235, 'CREATE TABLE … AS SELECT is not carried out by the embedded database');
      if (name.toUpperCase() === 'CHARACTER') reader.expect('SET');
      reader.take('=');
      reader.next();
    }
    reader.take(',');
  }
  return comment;
}

function check({ columns, uniqueKeys, otherKeys }: Parts): void {
  const names = columns.map(({ name }) => name.toLowerCase());
  const doubled = names.find((name, at) => names.indexOf(name) !== at);
  if (doubled !== undefined) throw new SqlError(1060, `Duplicate column name '${doubled}'`);
  for (const column of [...uniqueKeys, ...otherKeys].flatMap((key) => key.columns))
    if (!names.includes(column.toLowerCase()))
      throw new SqlError(1072, `Key column '${column}' doesn't exist in table`);
  if (uniqueKeys.filter(({ name }) => name === PRIMARY).length > 1)
    throw new SqlError(1068, 'Multiple primary key defined');
  const shard = otherKeys.find(({ kind }) => kind === 'SHARD');
  for (const key of uniqueKeys) {
    const own = key.columns.map((column) => column.toLowerCase());
    if (shard !== undefined && !shard.columns.every((column) => own.includes(column.toLowerCase())))
      throw new SqlError(
        1706,
        `The unique key named '${key.name}' must contain all columns of the shard key`,
      );
  }
}

/** The columns of a primary key cannot be null. */
function withKeys(parts: Parts): Pick<Table, 'columns' | 'uniqueKeys' | 'otherKeys'> {
  const primary = parts.uniqueKeys.find(({ name }) => name === PRIMARY)?.columns ?? [];
  const keyed = new Set(primary.map((name) => name.toLowerCase()));
  return {
    ...parts,
    columns: parts.columns.map((column) =>
      keyed.has(column.name.toLowerCase()) ? { ...column, isNullable: false } : column,
    ),
  };
}
