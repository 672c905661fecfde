import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { SyncError } from '../../../model/errors.ts';
import { afterFolder, comparePaths } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';

const TABLES = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;
CREATE TABLE arrival (path TEXT PRIMARY KEY, reason TEXT, size INTEGER, modified REAL, version TEXT, identity TEXT,
  digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE upload_first (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, reason TEXT, waits INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE common_folder (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE freed (path TEXT PRIMARY KEY, size INTEGER, identity TEXT, digest TEXT, gone INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE whole_folder (path TEXT PRIMARY KEY, files INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE pair (from_path TEXT PRIMARY KEY, to_path TEXT UNIQUE, occupied INTEGER, movable INTEGER, moves INTEGER,
  carried INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE folder_pair (from_path TEXT, to_path TEXT, files INTEGER, PRIMARY KEY (from_path, to_path)) STRICT, WITHOUT ROWID;
CREATE TABLE folder_move (from_path TEXT PRIMARY KEY, to_path TEXT UNIQUE, files INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE step (phase TEXT, rank INTEGER, from_path TEXT, to_path TEXT, half TEXT, whole_from TEXT, whole_to TEXT,
  files INTEGER, PRIMARY KEY (phase, rank, to_path)) STRICT, WITHOUT ROWID;
CREATE INDEX step_from ON step (from_path);
CREATE INDEX step_to ON step (to_path);
CREATE TABLE removal (path TEXT PRIMARY KEY, reason TEXT, files INTEGER, stamp TEXT, size INTEGER, modified REAL)
  STRICT, WITHOUT ROWID;
CREATE TABLE obstacle (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE leftover (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE moved (path TEXT PRIMARY KEY, reason TEXT, size INTEGER, modified REAL, version TEXT, identity TEXT,
  digest TEXT, before_size INTEGER, before_modified REAL, from_path TEXT, apart INTEGER) STRICT, WITHOUT ROWID;
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
  | 'removal'
  | 'leftover'
  | 'obstacle'
  | 'moved'
  | 'content_check';

/** Rows read at a time. */
export const PAGE = 500;

/** Below 0 where the first row comes before the second. */
export type Order<Row> = (a: Row, b: Row) => number;

export const byPath: Order<{ readonly path: RelPath }> = (a, b) => comparePaths(a.path, b.path);
export const byFrom: Order<{ readonly from: RelPath }> = (a, b) => comparePaths(a.from, b.from);
export const byTo: Order<{ readonly to: RelPath }> = (a, b) => comparePaths(a.to, b.to);

/** SQLite's temporary file has no name that a person could find it by. */
export const outOfOrder = (): SyncError =>
  new SyncError(
    'state_unusable',
    'the temporary file in which the plan is kept is damaged (its paths are not in their order); run again, and look at the disk that holds temporary files, which SQLITE_TMPDIR or TMPDIR names',
    { verdict: 'end_run' },
  );

/**
 * The tables of a plan in the making, in a temporary SQLite file that vanishes with its connection. Tables of
 * paths have the path as their key; those of moves can be asked by both paths. Statements are prepared once.
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

  /** Returns the number of rows that were changed. */
  run(text: string, ...values: readonly SQLInputValue[]): number {
    return Number(this.#prepared(text).run(...values).changes);
  }

  /** Whether a query has a row. */
  has(text: string, ...values: readonly SQLInputValue[]): boolean {
    return this.#prepared(text).get(...values) !== undefined;
  }

  /** The rows of a query one by one, in an order that no index has. The tables it reads must not change meanwhile. */
  each<Row>(text: string, ...values: readonly SQLInputValue[]): Iterable<Row> {
    return this.#db.prepare(text).iterate(...values) as Iterable<Row>;
  }

  /** The rows of a query whose columns are those of `Row`. */
  all<Row>(text: string, ...values: readonly SQLInputValue[]): Row[] {
    return this.#prepared(text).all(...values) as Row[];
  }

  /** What a query counts in its only column. */
  count(text: string, ...values: readonly SQLInputValue[]): number {
    return Number(Object.values(this.#prepared(text).get(...values) ?? {})[0] ?? 0);
  }

  /** The row of a path: one or none. */
  at<Row>(table: PlanTable, path: RelPath): Row[] {
    return this.all(`SELECT * FROM ${table} WHERE path = ?`, path);
  }

  drop(table: PlanTable, path: RelPath): void {
    this.run(`DELETE FROM ${table} WHERE path = ?`, path);
  }

  /** The number of rows at and below `folder`. */
  countWithin(table: PlanTable, folder: RelPath): number {
    const text = `SELECT count(*) FROM ${table} WHERE path >= ? AND path < ?`;
    return this.count(text, folder, afterFolder(folder));
  }

  dropWithin(table: PlanTable, folder: RelPath): void {
    this.run(`DELETE FROM ${table} WHERE path >= ? AND path < ?`, folder, afterFolder(folder));
  }

  /** A table's rows in path order, read page by page: rows behind the reader may change meanwhile. */
  pages<Row extends { readonly path: RelPath }>(table: PlanTable): Generator<Row, void> {
    const text = `SELECT * FROM ${table} WHERE path > ? ORDER BY path LIMIT ${PAGE}`;
    return this.paged<Row>((last) => this.all(text, last?.path ?? ''), byPath);
  }

  /** The same of the rows at and below `folder`. */
  pagesWithin<Row extends { readonly path: RelPath }>(
    table: PlanTable,
    folder: RelPath,
  ): Generator<Row, void> {
    const first = `SELECT * FROM ${table} WHERE path >= ? AND path < ? ORDER BY path LIMIT ${PAGE}`;
    const next = `SELECT * FROM ${table} WHERE path > ? AND path < ? ORDER BY path LIMIT ${PAGE}`;
    const end = afterFolder(folder);
    return this.paged<Row>(
      (last) => (last === undefined ? this.all(first, folder, end) : this.all(next, last.path, end)),
      byPath,
    );
  }

  /** The same of the rows below `folder`, without that of the folder itself. */
  pagesBelow<Row extends { readonly path: RelPath }>(
    table: PlanTable,
    folder: RelPath,
  ): Generator<Row, void> {
    const text = `SELECT * FROM ${table} WHERE path > ? AND path < ? ORDER BY path LIMIT ${PAGE}`;
    const end = afterFolder(folder);
    return this.paged<Row>((last) => this.all(text, last?.path ?? folder, end), byPath);
  }

  /**
   * Rows page by page: `next` gives the next ones, PAGE at most, behind the last one that was read. Rejects with
   * `state_unusable` where a page does not go forward in that order: reading it would not end.
   */
  *paged<Row>(next: (last: Row | undefined) => Row[], order: Order<Row>): Generator<Row, void> {
    for (let last: Row | undefined; ;) {
      const rows = next(last);
      const newLast = rows[rows.length - 1];
      if (last !== undefined && newLast !== undefined && order(last, newLast) >= 0) throw outOfOrder();
      yield* rows;
      if (rows.length < PAGE) return;
      last = newLast;
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
