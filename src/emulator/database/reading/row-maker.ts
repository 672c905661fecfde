import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import type { Expression, LoadClause, Target } from '../sql/statements.ts';
import { translate } from '../sql/translate.ts';
import { convert, textOf } from '../tables/convert.ts';
import type { InputValue, StoredValue } from '../tables/convert.ts';
import { columnNamed } from '../tables/table.ts';
import type { Column, Table } from '../tables/table.ts';
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
  readonly #compute: StatementSync | undefined;
  readonly #nowText: () => string;
  readonly #hasWhere: boolean;
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
    this.#hasWhere = load.where !== undefined;
    this.#trailingNulls = load.file.format === 'csv' && load.file.trailingNulls;
    this.#compute =
      load.set.length + (load.where === undefined ? 0 : 1) === 0 ? undefined : this.#prepare(load, db);
  }

  /** The values of a row in the order of the table's columns; undefined when WHERE leaves it out. Throws a BadRecord. */
  rowOf(record: FileRecord, file: string): readonly StoredValue[] | undefined {
    try {
      const values = this.#valuesOf(record);
      if (this.#compute !== undefined && !this.#addComputed(this.#compute, values, file)) return undefined;
      return this.#table.columns.map((column) => this.#stored(column, values));
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

  #prepare(load: LoadClause, db: DatabaseSync): StatementSync {
    const names = {
      isTable: () => false,
      bound: (kind: 'variable' | 'column', name: string): string | undefined => {
        if (kind === 'column' && columnNamed(this.#table, name) === undefined) return undefined;
        return parameterOf(kind === 'column' ? name : `@${name}`);
      },
    };
    const expressions = [
      ...load.set.map(({ expression }) => expression),
      ...(load.where ? [load.where] : []),
    ].map(withSourceFile);
    const sql = `SELECT ${expressions.map((each, at) => `(${translate(each, names)}) AS c${at}`).join(', ')}`;
    try {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      statement.setReadBigInts(true);
      statement.setAllowUnknownNamedParameters(true);
      return statement;
    } catch (error) {
      throw new SqlError(1064, `SET or WHERE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** False when WHERE does not hold. */
  #addComputed(compute: StatementSync, values: Map<string, InputValue>, file: string): boolean {
    const bound: Record<string, SQLInputValue> = { [parameterOf(SOURCE_FILE).slice(1)]: file };
    for (const [name, value] of values) bound[parameterOf(name).slice(1)] = bindable(value);
    const results = compute.get(bound) as unknown as readonly InputValue[];
    if (this.#hasWhere && !isTrue(results.at(-1))) return false;
    for (const [at, column] of this.#computed.entries()) values.set(column.name, results[at] ?? null);
    return true;
  }
}

const SOURCE_FILE = '@pipeline_source_file()';

/** The function that tells the name of the file stands for a variable. */
function withSourceFile(expression: Expression): Expression {
  return expression.flatMap((token, at) => {
    const isCall = (from: number): boolean =>
      expression[from]?.text.toLowerCase() === 'pipeline_source_file' && expression[from + 1]?.text === '(';
    if (isCall(at)) return [{ ...token, kind: 'variable' as const, text: SOURCE_FILE.slice(1) }];
    return isCall(at - 1) || isCall(at - 2) ? [] : [token];
  });
}

/** SQLite allows letters, digits and `_` in the name of a parameter: others are spelled by their codes. */
const parameterOf = (name: string): string =>
  `:p_${name.toLowerCase().replaceAll(/[^a-z0-9]/gu, (letter) => `_${letter.codePointAt(0) ?? 0}_`)}`;

const isTrue = (value: InputValue | undefined): boolean =>
  value !== null && value !== undefined && Number(value) !== 0;

function bindable(value: InputValue): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return textOf(value);
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
