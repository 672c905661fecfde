import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import type { StoredValue } from './convert.ts';
import { sqliteName, tableId } from './table.ts';
import type { Table, UniqueKey } from './table.ts';

export type Duplicates = 'error' | 'replace' | 'ignore' | 'skip';

const VERBS: Readonly<Record<Duplicates, string>> = {
  error: 'INSERT',
  replace: 'INSERT OR REPLACE',
  ignore: 'INSERT OR IGNORE',
  skip: 'INSERT OR IGNORE',
};

/** Puts rows into a table, within a transaction of the caller. */
export class RowInserter {
  readonly #db: DatabaseSync;
  readonly #table: Table;
  readonly #insert: StatementSync;
  readonly #duplicates: Duplicates;
  readonly #counterAt: number;
  #next: bigint | undefined;
  inserted = 0;
  /** Rows that took the place of others. */
  updated = 0;
  lastInsertId = 0n;

  constructor(db: DatabaseSync, table: Table, duplicates: Duplicates) {
    this.#db = db;
    this.#table = table;
    this.#duplicates = duplicates;
    this.#counterAt = table.columns.findIndex(({ isAutoIncrement }) => isAutoIncrement);
    const holders = table.columns.map(() => '?').join(', ');
    this.#insert = db.prepare(`${VERBS[duplicates]} INTO ${tableId(table)} VALUES (${holders})`);
  }

  /**
   * False: left out, because a row with its key is there. Throws error 1062 where duplicates are errors. The values are in the
   * order of the table's columns.
   */
  insert(row: readonly StoredValue[]): boolean {
    const values = this.#counted(row);
    if (this.#duplicates !== 'replace') return this.#add(values);
    const before = this.#existing(values);
    this.#add(values);
    if (before) {
      this.inserted--;
      this.updated++;
    }
    return true;
  }

  #add(values: StoredValue[]): boolean {
    try {
      if (Number(this.#insert.run(...values).changes) === 0) return false;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      throw this.#duplicate(values);
    }
    this.inserted++;
    return true;
  }

  #counted(row: readonly StoredValue[]): StoredValue[] {
    const values = [...row];
    if (this.#counterAt === -1) return values;
    this.#next ??= this.#firstFree();
    const given = values[this.#counterAt];
    const value = given === null || given === undefined ? this.#next : BigInt(given as number | bigint);
    if (value >= this.#next) this.#next = value + 1n;
    if (given === null) this.lastInsertId = value;
    values[this.#counterAt] = value;
    return values;
  }

  #firstFree(): bigint {
    const column = sqliteName(this.#table.columns[this.#counterAt]!.name);
    const statement = this.#db.prepare(
      `SELECT COALESCE(MAX(${column}), 0) + 1 AS next FROM ${tableId(this.#table)}`,
    );
    statement.setReadBigInts(true);
    return (statement.get() as { next: bigint }).next;
  }

  #existing(values: readonly StoredValue[]): boolean {
    return this.#table.uniqueKeys.some((key) => this.#hasKey(key, values));
  }

  #hasKey(key: UniqueKey, values: readonly StoredValue[]): boolean {
    const condition = key.columns.map((name) => `${sqliteName(name)} = ?`).join(' AND ');
    return (
      this.#db
        .prepare(`SELECT 1 FROM ${tableId(this.#table)} WHERE ${condition}`)
        .get(...this.#keyOf(key, values)) !== undefined
    );
  }

  #keyOf(key: UniqueKey, values: readonly StoredValue[]): StoredValue[] {
    return key.columns.map((name) => {
      const at = this.#table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
      return values[at] ?? null;
    });
  }

  #duplicate(values: readonly StoredValue[]): SqlError {
    const key =
      this.#table.uniqueKeys.find((each) => this.#hasKey(each, values)) ?? this.#table.uniqueKeys[0]!;
    return new SqlError(
      1062,
      `Duplicate entry '${this.#keyOf(key, values).join('-')}' for key '${key.name}'`,
    );
  }
}

function isDuplicate(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  // SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE
  return code === 'ERR_SQLITE_ERROR' && (errcode === 1555 || errcode === 2067);
}
