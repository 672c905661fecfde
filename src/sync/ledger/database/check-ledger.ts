import { DatabaseSync } from 'node:sqlite';
import type { Intent } from '../intent.ts';
import { prepareSchema } from './schema.ts';
import { damaged } from './state-errors.ts';
import { Statement } from './statement.ts';
import { tableColumns, type TableColumn } from './table-columns.ts';

/** The columns that an intent of each kind must have. */
const NEEDED: Readonly<Record<Intent['op'], readonly string[]>> = {
  put: [],
  move: ['to_path'],
  remove: [],
  folder: [],
  staging: ['via'],
};

/**
 * Rejects with `state_unusable` a ledger that is not as runs write it: tables or columns that are missing or other than
 * ours, another pair's, intents of which nothing can be told. Little is read here: rows are checked later, when they
 * are read.
 */
export function checkLedger(
  db: DatabaseSync,
  file: string,
  pair: { readonly source: string; readonly destination: string },
): void {
  const found = new Map(tableColumns(db, file).map((column) => [column.name, column]));
  for (const column of ourColumns()) {
    const there = found.get(column.name);
    if (there === undefined) throw damaged(file, `it has no ${column.name}`);
    if (there.type !== column.type || there.required !== column.required)
      throw damaged(file, `its ${column.name} is not as it was made`);
  }
  const labels = labelsIn(db, file);
  for (const end of ['source', 'destination'] as const) {
    const label = labels[end];
    if (label !== pair[end])
      throw damaged(
        file,
        label === undefined ? `it does not say its ${end}` : `it is the ledger of another ${end}`,
      );
  }
  for (const row of new Statement(db, file, 'SELECT * FROM intent').all()) {
    const needed = (NEEDED as Readonly<Record<string, readonly string[]>>)[row['op'] as string];
    if (needed === undefined || needed.some((column) => row[column] === null))
      throw damaged(file, 'it holds a change of which nothing can be told');
  }
}

/** What a ledger says it is of. */
export interface Labels {
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** The name of the job that ran last. */
  readonly job: string | undefined;
}

export function labelsIn(db: DatabaseSync, file: string): Labels {
  const rows = new Statement(db, file, 'SELECT key, value FROM meta').all();
  const labels = new Map(rows.map(({ key, value }) => [key, value as string]));
  const [source, destination, job] = ['source', 'destination', 'job'].map((key) => labels.get(key));
  return { source, destination, job };
}

let ours: readonly TableColumn[] | undefined;

/** The columns of a ledger that was just made. */
function ourColumns(): readonly TableColumn[] {
  if (ours === undefined) {
    using db = new DatabaseSync(':memory:');
    prepareSchema(db, ':memory:', { source: '', destination: '' });
    ours = tableColumns(db, ':memory:');
  }
  return ours;
}
