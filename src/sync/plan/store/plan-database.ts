import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';

const TABLES = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
CREATE TABLE arrival (path TEXT PRIMARY KEY, reason TEXT, size INTEGER, modified REAL, version TEXT, identity TEXT,
  digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, reason TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE standing (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE freed (path TEXT PRIMARY KEY, size INTEGER, identity TEXT, digest TEXT, gone INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE whole (path TEXT PRIMARY KEY, files INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE pair (from_path TEXT PRIMARY KEY, to_path TEXT UNIQUE) STRICT, WITHOUT ROWID;
CREATE TABLE removal (path TEXT PRIMARY KEY, reason TEXT, files INTEGER, stamp TEXT, size INTEGER, modified REAL)
  STRICT, WITHOUT ROWID;
CREATE TABLE obstacle (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE carried (path TEXT PRIMARY KEY, from_path TEXT, reason TEXT, size INTEGER, modified REAL, version TEXT,
  identity TEXT, digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE meeting (path TEXT PRIMARY KEY, size INTEGER, modified REAL, version TEXT, identity TEXT,
  stage_modified REAL, known INTEGER) STRICT, WITHOUT ROWID;
BEGIN;
`;

/** Rows read at a time. */
export const PAGE = 500;

/** The tables of a plan in the making; statements are prepared once. */
export class PlanDatabase {
  // an empty name is SQLite's own temporary database: in memory while small, on disk beyond, never left behind
  readonly #db = new DatabaseSync('');
  readonly #statements = new Map<string, StatementSync>();

  constructor() {
    this.#db.exec(TABLES);
  }

  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) this.#statements.set(text, (statement = this.#db.prepare(text)));
    return statement;
  }

  exec(text: string): void {
    this.#db.exec(text);
  }

  /** A table's rows in path order, after `from` and before `end`; rows behind the reader may change meanwhile. */
  *pages(table: string, from = '', end?: string): Generator<Record<string, unknown>, void> {
    const bound = end === undefined ? '' : 'AND path < ?';
    const next = this.sql(`SELECT * FROM ${table} WHERE path > ? ${bound} ORDER BY path LIMIT ${PAGE}`);
    for (let at = from; ;) {
      const rows = end === undefined ? next.all(at) : next.all(at, end);
      yield* rows;
      if (rows.length < PAGE) return;
      at = rows[rows.length - 1]!['path'] as string;
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    this.#db.close();
  }
}
