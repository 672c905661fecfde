import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { makePrivateFile, makePrivateFolder } from './private-files.ts';

/**
 * One row for each file or folder. `parent` makes a tree of the rows, so that moving a folder changes one row
 * whatever it holds. `small` has the bytes of small files. (parent, name, folder) is unique and in UTF-8 byte order,
 * which is also the order of a listing. `garbage` names blobs that no row refers to any more and whose files may
 * still be there. `resources` has what the management plane keeps, with what was done to each of them; `expiries` says
 * when a deployment ends by itself, in milliseconds of `clock`.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS deployments (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    root INTEGER NOT NULL,
    region TEXT NOT NULL,
    created INTEGER NOT NULL,
    terminated INTEGER,
    used INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS nodes (
    id INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL,
    name TEXT NOT NULL,
    folder INTEGER NOT NULL,
    size INTEGER NOT NULL,
    blob TEXT,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL
  ) STRICT;
  DROP INDEX IF EXISTS nodes_by_name;
  CREATE UNIQUE INDEX IF NOT EXISTS nodes_by_name_and_kind ON nodes (parent, name, folder);
  CREATE UNIQUE INDEX IF NOT EXISTS nodes_by_blob ON nodes (blob) WHERE blob IS NOT NULL;
  CREATE TABLE IF NOT EXISTS small (node INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS expiries (deployment TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS resources (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    parent TEXT NOT NULL,
    name TEXT NOT NULL,
    json TEXT NOT NULL,
    history TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS resources_by_parent ON resources (kind, parent);
  CREATE TABLE IF NOT EXISTS clock (
    one INTEGER PRIMARY KEY, real REAL NOT NULL, shown REAL NOT NULL, rate REAL NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS garbage (blob TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
`;

/** How long a statement waits for another process that writes to the same data folder. */
const BUSY_MS = 10_000;

/** The metadata of one data folder. Several processes may have it open. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;

  constructor(dataDir: string) {
    makePrivateFolder(dataDir);
    const path = join(dataDir, 'stage.db');
    makePrivateFile(path);
    this.#db = new DatabaseSync(path, { timeout: BUSY_MS });
    // NORMAL: a killed process loses nothing, a power cut may lose the last changes but never breaks the file.
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;',
    );
    this.#db.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#rollback = this.#db.prepare('ROLLBACK');
  }

  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  /** All of `work`'s changes or none; `work` must not wait for anything. Within a transaction it is a part of that one. */
  transaction<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
    this.#begin.run();
    let result: T;
    try {
      result = work();
      this.#commit.run();
    } catch (error) {
      if (this.#db.isTransaction) this.#rollback.run();
      throw error;
    }
    return result;
  }

  close(): void {
    this.#db.close();
  }
}
