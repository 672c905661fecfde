import type { ColumnType } from './column-types.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
  readonly isAutoIncrement: boolean;
  /** Undefined: none was given. `now`: the time of the insertion. */
  readonly default: { readonly literal: string | null } | 'now' | undefined;
  readonly comment: string;
}

/** A key that lets no two rows have the same values. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
}

/** A key that is told and does nothing: SORT KEY, SHARD KEY, KEY. */
export interface OtherKey extends UniqueKey {
  readonly kind: 'SORT' | 'SHARD' | 'KEY';
}

export interface Table {
  readonly database: string;
  readonly name: string;
  readonly columns: readonly Column[];
  /** The primary key is named PRIMARY. */
  readonly uniqueKeys: readonly UniqueKey[];
  readonly otherKeys: readonly OtherKey[];
  readonly isRowstore: boolean;
  readonly comment: string;
}

export const PRIMARY = 'PRIMARY';

/** How SQLite calls it. */
export const tableId = ({ database, name }: Pick<Table, 'database' | 'name'>): string =>
  sqliteName(`${database}.${name}`);

export const sqliteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const sqliteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Names of columns are equal in any case. */
export const columnNamed = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
