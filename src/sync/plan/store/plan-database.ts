import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { afterFolder } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';

const TABLES = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
CREATE TABLE arrival (path TEXT PRIMARY KEY, reason TEXT, size INTEGER, modified REAL, version TEXT, identity TEXT,
  digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, reason TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE common_folder (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE freed (path TEXT PRIMARY KEY, size INTEGER, identity TEXT, digest TEXT, gone INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE whole_folder (path TEXT PRIMARY KEY, files INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE pair (from_path TEXT PRIMARY KEY, to_path TEXT UNIQUE) STRICT, WITHOUT ROWID;
CREATE TABLE removal (path TEXT PRIMARY KEY, reason TEXT, files INTEGER, stamp TEXT, size INTEGER, modified REAL)
  STRICT, WITHOUT ROWID;
CREATE TABLE obstacle (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE carried (path TEXT PRIMARY KEY, from_path TEXT, reason TEXT, size INTEGER, modified REAL, version TEXT,
  identity TEXT, digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE content_check (path TEXT PRIMARY KEY, size INTEGER, modified REAL, version TEXT, identity TEXT,
  shown_modified REAL, known INTEGER) STRICT, WITHOUT ROWID;
BEGIN;
`;

export type PlanTable =
  | 'arrival'
  | 'folder'
  | 'common_folder'
  | 'freed'
  | 'whole_folder'
  | 'pair'
  | 'removal'
  | 'obstacle'
  | 'carried'
  | 'content_check';

/** Rows read at a time. */
export const PAGE = 500;

/**
 * The tables of a plan in the making, in a temporary SQLite file that vanishes with its connection. Every table but
 * `pair` has the path as its key. Statements are prepared once.
 */
export class PlanDatabase {
  // an empty name is SQLite's own temporary database: in memory while small, on disk beyond, never left behind
  readonly #db = new DatabaseSync('');
  readonly #statements = new Map<string, StatementSync>();

  constructor() {
    this.#db.exec(TABLES);
  }

  exec(text: string): void {
    this.#db.exec(text);
  }

  run(text: string, ...values: readonly SQLInputValue[]): void {
    this.#prepared(text).run(...values);
  }

  /** The rows of a query whose columns are those of `Row`. */
  all<Row>(text: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#prepared(text).all(...values) as Row[];
  }

  /** The row of a path: one or none. */
  at<Row>(table: PlanTable, path: RelPath): Row[] {
    return this.all(`SELECT * FROM ${table} WHERE path = ?`, path);
  }

  drop(table: PlanTable, path: RelPath): void {
    this.run(`DELETE FROM ${table} WHERE path = ?`, path);
  }

  /** The rows at and below `folder`, in path order. */
  within<Row>(table: PlanTable, folder: RelPath): Row[] {
    const text = `SELECT * FROM ${table} WHERE path >= ? AND path < ? ORDER BY path`;
    return this.all(text, folder, afterFolder(folder));
  }

  dropWithin(table: PlanTable, folder: RelPath): void {
    this.run(`DELETE FROM ${table} WHERE path >= ? AND path < ?`, folder, afterFolder(folder));
  }

  /** A table's rows in path order, read page by page: rows behind the reader may change meanwhile. */
  pages<Row extends { readonly path: RelPath }>(table: PlanTable): Generator<Row, void> {
    const text = `SELECT * FROM ${table} WHERE path > ? ORDER BY path LIMIT ${PAGE}`;
    return this.#pages('', (after) => this.all(text, after));
  }

  /** The same of the rows below `folder`, without that of the folder itself. */
  pagesBelow<Row extends { readonly path: RelPath }>(
    table: PlanTable,
    folder: RelPath,
  ): Generator<Row, void> {
    const text = `SELECT * FROM ${table} WHERE path > ? AND path < ? ORDER BY path LIMIT ${PAGE}`;
    const end = afterFolder(folder);
    return this.#pages(folder, (after) => this.all(text, after, end));
  }

  *#pages<Row extends { readonly path: RelPath }>(
    from: RelPath,
    next: (after: RelPath) => Row[],
  ): Generator<Row, void> {
    for (let after = from; ;) {
      const rows = next(after);
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows[rows.length - 1]!.path;
    }
  }

  #prepared(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) this.#statements.set(text, (statement = this.#db.prepare(text)));
    return statement;
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#db.close();
  }
}
