import type { InferredColumn } from '../inferred-table.ts';

/** The keys of a table, as names of its columns. */
export interface TableKeys {
  /** What makes a row unique, and its kind: a primary key takes no NULL. */
  readonly unique: { readonly kind: 'PRIMARY' | 'UNIQUE'; readonly columns: readonly string[] } | undefined;
  readonly sort: string | undefined;
}

/** Why a column cannot be part of a key. */
export class KeyProblem extends Error {}

const TIME = /^(?:DATE|DATETIME\(6\))$/;
const CLEAR =
  /^(?:(?:created|inserted|occurred|event|order|ordered|transaction|logged|log|recorded|measured|sent|received)_?(?:at|on|time|date|ts|timestamp)|timestamp|ts|time|date|datetime|day)$/i;

/** The keys that were asked for, and the sort key that a clear column of times makes. Throws KeyProblem. */
export function tableKeys(columns: readonly InferredColumn[], asked: readonly string[]): TableKeys {
  const keyed = asked.map((name) => columnNamed(columns, name));
  const unique =
    keyed.length === 0
      ? undefined
      : {
          kind: keyed.some(({ nullable }) => nullable) ? ('UNIQUE' as const) : ('PRIMARY' as const),
          columns: keyed.map(({ name }) => name),
        };
  return { unique, sort: sortColumn(columns)?.name };
}

function columnNamed(columns: readonly InferredColumn[], name: string): InferredColumn {
  const lower = name.toLowerCase();
  const found =
    columns.find((column) => column.name.toLowerCase() === lower) ??
    columns.find((column) => column.source.toLowerCase() === lower);
  if (found === undefined)
    throw new KeyProblem(
      `there is no column ${name}: the columns are ${columns.map((column) => column.name).join(', ')}`,
    );
  if (/^(?:JSON|TEXT|LONGTEXT|LONGBLOB|DOUBLE|FLOAT)/.test(found.type))
    throw new KeyProblem(`the column ${found.name} is ${found.type}, which no key can have`);
  return found;
}

/** The one column of times, or the one whose name says that it is when the row came to be. */
function sortColumn(columns: readonly InferredColumn[]): InferredColumn | undefined {
  const times = columns.filter(({ type }) => TIME.test(type));
  if (times.length <= 1) return times[0];
  const clear = times.filter(({ name }) => CLEAR.test(name));
  return clear.length === 1 ? clear[0] : undefined;
}
