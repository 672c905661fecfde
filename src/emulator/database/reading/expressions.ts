import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { SqlError } from '../sql-error.ts';
import type { Expression } from '../sql/statements.ts';
import { translate } from '../sql/translate.ts';
import { textOf } from '../tables/convert.ts';
import type { InputValue } from '../tables/convert.ts';
import { columnNamed } from '../tables/table.ts';
import type { Table } from '../tables/table.ts';

const SOURCE_FILE = '@pipeline_source_file()';

/** Expressions of SET or WHERE, which SQLite evaluates for each row. */
export class Expressions {
  readonly #statement: StatementSync;

  /** Throws error 1064 for what cannot be evaluated. */
  constructor(expressions: readonly Expression[], table: Table, db: DatabaseSync) {
    const names = {
      isTable: () => false,
      bound: (kind: 'variable' | 'column', name: string): string | undefined => {
        if (kind === 'column' && columnNamed(table, name) === undefined) return undefined;
        return parameterOf(kind === 'column' ? name : `@${name}`);
      },
    };
    const results = expressions.map((each) => `(${translate(withSourceFile(each), names)})`);
    try {
      this.#statement = db.prepare(`SELECT ${results.join(', ')}`);
      this.#statement.setReturnArrays(true);
      this.#statement.setReadBigInts(true);
      this.#statement.setAllowUnknownNamedParameters(true);
    } catch (error) {
      throw new SqlError(1064, `SET or WHERE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** `values`: by the names of columns, and of variables with their `@`. A variable that was not read is null. */
  evaluate(values: ReadonlyMap<string, InputValue>, file: string): readonly InputValue[] {
    const bound: Record<string, SQLInputValue> = { [parameterOf(SOURCE_FILE).slice(1)]: file };
    for (const [name, value] of values) bound[parameterOf(name).slice(1)] = bindable(value);
    try {
      return this.#statement.get(bound) as unknown as readonly InputValue[];
    } catch (error) {
      throw new SqlError(1366, `SET or WHERE: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

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

function bindable(value: InputValue): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return textOf(value);
}
