/** What the reply to a statement is made of. Values are as JSON has them; raw JSON where a number of JavaScript would not do. */
export type Result =
  | { readonly columns: readonly ResultColumn[]; readonly rows: readonly (readonly ResultValue[])[] }
  | { readonly rowsAffected: number; readonly lastInsertId?: number };

export type ResultValue = string | number | boolean | null | object;

export interface ResultColumn {
  readonly name: string;
  readonly dataType: string;
}

/** What a request says, and who asks. */
export interface SqlSession {
  /** Undefined: none is named. */
  readonly database: string | null;
  readonly args: readonly unknown[];
}

export const DONE: Result = { rowsAffected: 0 };

export const textColumns = (...names: readonly string[]): readonly ResultColumn[] =>
  names.map((name) => ({ name, dataType: 'VARCHAR' }));
