import type { DatabaseSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import type { LoadClause, Target } from '../sql/statements.ts';
import { convert } from '../tables/convert.ts';
import type { InputValue, StoredValue } from '../tables/convert.ts';
import { columnNamed } from '../tables/table.ts';
import type { Column, Table } from '../tables/table.ts';
import { Expressions } from './expressions.ts';
import { BadRecord } from './record.ts';
import type { FileRecord } from './record.ts';

interface Slot {
  readonly target: Target;
  readonly column: Column | undefined;
}

/** Makes rows of a table of the records of files, as a LOAD DATA says. */
export class RowMaker {
  readonly #table: Table;
  readonly #slots: readonly Slot[];
  readonly #computed: readonly Column[];
  readonly #set: Expressions | undefined;
  readonly #where: Expressions | undefined;
  readonly #nowText: () => string;
  readonly #trailingNulls: boolean;

  /** Throws when the clause names columns that the table does not have, or an expression that cannot be evaluated. */
  constructor(load: LoadClause, table: Table, { db, nowText }: { db: DatabaseSync; nowText: () => string }) {
    this.#table = table;
    this.#nowText = nowText;
    this.#slots = (load.targets ?? targetsOf(table, load)).map((target) => ({
      target,
      column: target.kind === 'column' ? expectColumn(table, target.name) : undefined,
    }));
    this.#computed = load.set.map(({ column }) => expectColumn(table, column));
    this.#trailingNulls = load.file.format === 'csv' && load.file.trailingNulls;
    const { set, where } = load;
    this.#set =
      set.length === 0
        ? undefined
        : new Expressions(
            set.map((each) => each.expression),
            table,
            db,
          );
    this.#where = where && new Expressions([where], table, db);
  }

  /** The values of a row in the order of the table's columns; undefined when WHERE leaves it out. Throws a BadRecord. */
  rowOf(record: FileRecord, file: string): readonly StoredValue[] | undefined {
    try {
      const values = this.#valuesOf(record);
      const computed = this.#set?.evaluate(values, file) ?? [];
      for (const [at, column] of this.#computed.entries()) values.set(column.name, computed[at] ?? null);
      const row = this.#table.columns.map((column) => this.#stored(column, values));
      return this.#where === undefined || this.#isWanted(this.#where, values, row, file) ? row : undefined;
    } catch (error) {
      if (error instanceof SqlError && !(error instanceof BadRecord))
        throw new BadRecord(error.code, error.message, record);
      throw error;
    }
  }

  #stored(column: Column, values: ReadonlyMap<string, InputValue>): StoredValue {
    const value = values.get(column.name);
    return value === undefined ? defaultOf(column, this.#nowText) : convert(value, column);
  }

  /** WHERE sees columns as they would be kept, and variables as they were read. */
  #isWanted(
    where: Expressions,
    values: Map<string, InputValue>,
    row: readonly StoredValue[],
    file: string,
  ): boolean {
    for (const [at, { name, type }] of this.#table.columns.entries()) {
      const value = row[at] ?? null;
      values.set(name, type.family === 'decimal' && value !== null ? Number(value) : value);
    }
    const [result] = where.evaluate(values, file);
    return result !== null && result !== undefined && Number(result) !== 0;
  }

  /** By the names of columns, and of variables with their `@`. */
  #valuesOf({ content, line, text }: FileRecord): Map<string, InputValue> {
    const values = new Map<string, InputValue>();
    if (!Array.isArray(content)) {
      for (const { target, column } of this.#slots)
        values.set(column?.name ?? `@${target.name}`, valueAt(content, target));
      return values;
    }
    const fields = content as readonly (string | null)[];
    if (fields.length < this.#slots.length && !this.#trailingNulls)
      throw new BadRecord(1261, `Row ${line} doesn't contain data for all columns`, { line, text });
    if (fields.length > this.#slots.length)
      throw new BadRecord(
        1262,
        `Row ${line} was truncated; it contained more data than there were input columns`,
        {
          line,
          text,
        },
      );
    for (const [at, { target, column }] of this.#slots.entries())
      values.set(column?.name ?? `@${target.name}`, fields[at] ?? null);
    return values;
  }
}

/** Without a list: the columns in their order, and for JSON and Parquet the keys of their names. */
const targetsOf = (table: Table, { file }: LoadClause): readonly Target[] =>
  table.columns.map(({ name }) => ({
    kind: 'column',
    name,
    path: file.format === 'csv' ? undefined : [name],
    default: null,
  }));

function expectColumn(table: Table, name: string): Column {
  const column = columnNamed(table, name);
  if (column === undefined) throw new SqlError(1054, `Unknown column '${name}' in 'field list'`);
  return column;
}

/** What is at the path; its default where the record has no such key. A null of JSON is null. */
function valueAt(record: object, { path = [], default: fallback }: Target): InputValue {
  let at: unknown = record;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return fallback;
    at = (at as Record<string, unknown>)[key];
  }
  return at === undefined ? fallback : at;
}

export function defaultOf(column: Column, nowText: () => string): StoredValue {
  if (column.default === 'now') return convert(nowText(), column);
  if (column.default !== undefined) return convert(column.default.literal, column);
  if (column.isNullable || column.isAutoIncrement) return null;
  throw new SqlError(1364, `Field '${column.name}' doesn't have a default value`);
}
