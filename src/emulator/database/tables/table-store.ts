import type { DatabaseSync } from 'node:sqlite';
import { SqlError, unknownTable } from '../sql-error.ts';
import { sqliteType } from './column-types.ts';
import type { ColumnType } from './column-types.ts';
import { sqliteName, tableId } from './table.ts';
import type { Table } from './table.ts';

/** The definitions of all tables of a group, and their making. Methods that change something run within a transaction. */
export class TableStore {
  readonly #writer: DatabaseSync;
  readonly #reader: DatabaseSync;

  constructor({ writer, reader }: { writer: DatabaseSync; reader: DatabaseSync }) {
    this.#writer = writer;
    this.#reader = reader;
  }

  get(database: string, name: string): Table | undefined {
    const row = this.#reader
      .prepare('SELECT json FROM catalog_tables WHERE database = ? AND name = ?')
      .get(database, name) as { json: string } | undefined;
    return row && parseTable(row.json);
  }

  expect(database: string, name: string): Table {
    const table = this.get(database, name);
    if (table === undefined) throw unknownTable(database, name);
    return table;
  }

  names(database: string): readonly string[] {
    const rows = this.#reader
      .prepare('SELECT name FROM catalog_tables WHERE database = ? ORDER BY name')
      .all(database) as unknown as { name: string }[];
    return rows.map(({ name }) => name);
  }

  create(table: Table, { ifNotExists, now }: { ifNotExists: boolean; now: number }): void {
    const { database, name } = table;
    if (this.get(database, name) !== undefined) {
      if (ifNotExists) return;
      throw new SqlError(1050, `Table '${name}' already exists`);
    }
    const columns = table.columns.map(
      (column) => `${sqliteName(column.name)} ${sqliteName(sqliteType(column.type))}`,
    );
    this.#writer.exec(`CREATE TABLE ${tableId(table)} (${columns.join(', ')})`);
    for (const key of table.uniqueKeys)
      this.#writer.exec(
        `CREATE UNIQUE INDEX ${sqliteName(`${database}.${name}.${key.name}`)} ON ${tableId(table)} (${key.columns.map(sqliteName).join(', ')})`,
      );
    this.#writer
      .prepare('INSERT INTO catalog_tables (database, name, json, created) VALUES (?, ?, ?, ?)')
      .run(database, name, JSON.stringify(table, bigintAsText), Math.floor(now));
  }

  drop(database: string, name: string, { ifExists }: { ifExists: boolean }): void {
    const table = this.get(database, name);
    if (table === undefined) {
      if (ifExists) return;
      throw new SqlError(1051, `Unknown table '${database}.${name}'`);
    }
    this.#writer.exec(`DROP TABLE ${tableId(table)}`);
    this.#writer.prepare('DELETE FROM catalog_tables WHERE database = ? AND name = ?').run(database, name);
  }

  /** Returns the number of rows. */
  truncate(table: Table): number {
    return Number(this.#writer.prepare(`DELETE FROM ${tableId(table)}`).run().changes);
  }
}

const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

function parseTable(json: string): Table {
  const table = JSON.parse(json) as Table;
  const columns = table.columns.map((column) => ({ ...column, type: withBigints(column.type) }));
  return { ...table, columns };
}

const withBigints = (type: ColumnType): ColumnType =>
  type.family === 'integer'
    ? { ...type, min: BigInt(String(type.min)), max: BigInt(String(type.max)) }
    : type;
