import { identifier } from '../../../data-api/sql-text.ts';
import { printable } from '../../../model/printable.ts';
import type { InferredColumn, InferredTable } from '../inferred-table.ts';
import type { TableKeys } from './table-keys.ts';

/** A line of a statement, and why it is so. */
interface Part {
  readonly sql: string;
  readonly why: string | undefined;
}

export interface CreateTableOptions {
  readonly table: string;
  readonly keys: TableKeys;
  readonly rowstore: boolean;
}

/** Comments begin at this place at most. */
const WIDEST = 64;

/** The statement that makes the table. `comments`: each line says why it is so. */
export function createTableSql(
  { columns }: Pick<InferredTable, 'columns'>,
  options: CreateTableOptions,
  { comments }: { readonly comments: boolean },
): string {
  const { table, rowstore } = options;
  const parts = [...columns.map(columnPart), ...keyParts(options)];
  const lines = parts.map(({ sql }, at) => `  ${sql}${at === parts.length - 1 ? '' : ','}`);
  const width = Math.min(Math.max(...lines.map(({ length }) => length)), WIDEST);
  const shown = lines.map((line, at) => {
    const why = parts[at]?.why;
    return comments && why !== undefined ? `${line.padEnd(width)} -- ${printable(why)}` : line;
  });
  return `CREATE ${rowstore ? 'ROWSTORE ' : ''}TABLE ${identifier(table)} (\n${shown.join('\n')}\n)`;
}

function columnPart({ name, source, renamed, type, nullable, reason }: InferredColumn): Part {
  const from = renamed === undefined ? '' : `; ${source === '' ? '' : `"${source}" in the file: `}${renamed}`;
  return { sql: `${identifier(name)} ${type}${nullable ? '' : ' NOT NULL'}`, why: reason + from };
}

function keyParts({ keys: { unique, sort }, rowstore }: CreateTableOptions): Part[] {
  const list = (names: readonly string[]): string => `(${names.map(identifier).join(', ')})`;
  const parts: Part[] = [];
  if (unique !== undefined) {
    parts.push({
      sql: `SHARD KEY ${list(unique.columns)}`,
      why: 'a unique key has to contain the shard key',
    });
    parts.push(
      unique.kind === 'PRIMARY'
        ? { sql: `PRIMARY KEY ${list(unique.columns)}`, why: '--key' }
        : {
            sql: `UNIQUE KEY ${identifier('unique_row')} ${list(unique.columns)} USING HASH`,
            why: '--key; no PRIMARY KEY, as values may be NULL',
          },
    );
  }
  if (sort !== undefined && !rowstore)
    parts.push({ sql: `SORT KEY ${list([sort])}`, why: 'a time: queries of a period read less' });
  return parts;
}
