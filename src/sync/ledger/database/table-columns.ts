import type { DatabaseSync } from 'node:sqlite';
import { Statement } from './statement.ts';

/** A column of a ledger's file, as the file declares it. */
export interface TableColumn {
  /** 'entry.size'. */
  readonly name: string;
  readonly type: string;
  /** It is never null. */
  readonly required: boolean;
}

const COLUMNS = `SELECT t.name || '.' || c.name AS name, upper(c.type) AS type, c."notnull" OR c.pk AS required
  FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'`;

/** Rejects with `state_unusable` when the file cannot tell. */
export const tableColumns = (db: DatabaseSync, file: string): TableColumn[] =>
  new Statement(db, file, COLUMNS).all().map(({ name, type, required }) => ({
    name: name as string,
    type: type as string,
    required: required !== 0,
  }));
