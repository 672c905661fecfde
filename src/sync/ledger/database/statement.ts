import type { DatabaseSync, SQLInputValue, StatementResultingChanges, StatementSync } from 'node:sqlite';
import { damaged, mapped } from './state-errors.ts';

type Row = NonNullable<ReturnType<StatementSync['get']>>;

export interface StatementOptions {
  /** The columns that are never null, as 'entry.size'. */
  readonly required?: ReadonlySet<string> | undefined;
  /** Called before each `run`; what it throws keeps the statement from being run. */
  readonly beforeRun?: (() => void) | undefined;
}

/**
 * A prepared statement whose failures are SyncErrors: at any statement the disk can be full or the file damaged. Rows are
 * checked to have the types that their columns were declared with, because a flipped bit can turn a number into text.
 */
export class Statement {
  readonly #statement: StatementSync;
  readonly #file: string;
  readonly #required: ReadonlySet<string>;
  readonly #beforeRun: (() => void) | undefined;
  #checks: readonly Check[] | undefined;
  #arrays = false;

  constructor(
    db: DatabaseSync,
    file: string,
    sql: string,
    { required = NONE, beforeRun }: StatementOptions = {},
  ) {
    this.#file = file;
    this.#required = required;
    this.#beforeRun = beforeRun;
    try {
      this.#statement = db.prepare(sql);
    } catch (error) {
      throw mapped(file, error);
    }
  }

  run(...values: SQLInputValue[]): StatementResultingChanges {
    this.#beforeRun?.();
    return this.#mapped(() => this.#statement.run(...values));
  }

  get(...values: SQLInputValue[]): ReturnType<StatementSync['get']> {
    const row = this.#mapped(() => this.#statement.get(...values));
    if (row !== undefined) this.#check(row);
    return row;
  }

  all(...values: SQLInputValue[]): ReturnType<StatementSync['all']> {
    const rows = this.#mapped(() => this.#statement.all(...values));
    for (const row of rows) this.#check(row);
    return rows;
  }

  /** From now on rows come as arrays of their columns: half the cost where there are very many. */
  returnArrays(): this {
    this.#statement.setReturnArrays(true);
    this.#arrays = true;
    return this;
  }

  #mapped<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw mapped(this.#file, error);
    }
  }

  #check(row: Row): void {
    this.#checks ??= checksOf(this.#statement, this.#required);
    for (const { index, name, column, type, required } of this.#checks) {
      const value = this.#arrays ? (row as unknown as readonly unknown[])[index] : row[name];
      if (typeof value !== type && (value !== null || required))
        throw damaged(this.#file, `${column} holds what is no ${type}`);
    }
  }
}

interface Check {
  readonly index: number;
  readonly name: string;
  /** As a person knows it: 'entry.size'. */
  readonly column: string;
  readonly type: 'string' | 'number';
  readonly required: boolean;
}

const NONE: ReadonlySet<string> = new Set();

const TYPES: Readonly<Record<string, Check['type']>> = { TEXT: 'string', INTEGER: 'number' };

/** Of the columns that come from a table as they are. */
const checksOf = (statement: StatementSync, required: ReadonlySet<string>): Check[] =>
  statement.columns().flatMap(({ name, table, column: ofTable, type }, index) => {
    const expected = TYPES[type ?? ''];
    const column = `${table}.${ofTable}`;
    return expected === undefined
      ? []
      : [{ index, name, column, type: expected, required: required.has(column) }];
  });
