import type { DatabaseSync } from 'node:sqlite';
import { SyncError } from '../../../model/errors.ts';
import {
  formatOf,
  LOADS,
  PRESENT_NAMES,
  RUN_RECORDS,
  SCHEMA_VERSION,
  TIMES_OF_PUTS,
  upgradeTables,
} from './former-formats.ts';

export { ORIGIN_UNKNOWN, SCHEMA_VERSION } from './former-formats.ts';

/**
 * `entry`: one row for each file or folder (path ends in "/") of ours at the destination. SQLite's BINARY collation is path
 * order. `shown_modified`: the time that a listing showed, in milliseconds. `pending` is 1 for a file that was put or moved,
 * until a listing has confirmed its size and shown its time (2 in ledgers of format 1, for a moved one); 3 for a file that is
 * in its table and has left the destination for that.
 * `adopted` is 1 for what was found there and taken for equal by its size alone: it is not ours.
 * `intent`: changes that were about to be sent; a row that survives a run is in doubt. `modified`: the time of the content of a
 * put, in milliseconds.
 * `verdict`: what was last decided for paths without an entry row (removed, failed, skipped, kept).
 * `run`: runs that began; `finished` is null for one that goes on or was killed. `name` is the ID that people see, `idle` is 1
 * for a pass of a watch that had nothing to do, 2 for one that only failed; `folded` counts equal passes before it. `run_action`: some of their actions.
 * `load`: files at the destination that are not known to be in their table; `replaced` is 1 where a pipeline may have read other
 * content under that name, `readers` is what was seen of each pipeline, and done about it, as JSON.
 * `present_name`: files of ours that are at the destination under another name than their path; see PresentNames.
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  version TEXT NOT NULL,
  identity TEXT,
  digest TEXT,
  shown_modified INTEGER,
  pending INTEGER NOT NULL,
  reason TEXT NOT NULL,
  run INTEGER NOT NULL,
  adopted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entry_pending ON entry (path) WHERE pending = 1;
CREATE TABLE IF NOT EXISTS intent (
  id INTEGER PRIMARY KEY,
  op TEXT NOT NULL,
  path TEXT NOT NULL,
  to_path TEXT,
  size INTEGER,
  version TEXT,
  identity TEXT,
  reason TEXT NOT NULL,
  before_size INTEGER,
  before_modified INTEGER,
  via TEXT,
  aside TEXT,
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS verdict (
  path TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  run INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  outcome TEXT,
  report TEXT
) STRICT;
${RUN_RECORDS}${LOADS}${PRESENT_NAMES}${TIMES_OF_PUTS}`;

/**
 * Sets up a new ledger, or brings one of an earlier format up to date; either in one commit, so that a kill leaves the
 * file as it was. Rejects a ledger of a later format with `state_unusable`.
 */
export function prepareSchema(
  db: DatabaseSync,
  file: string,
  pair: { readonly source: string; readonly destination: string },
): void {
  // WAL with NORMAL survives a killed process at any instruction; only a power cut can lose the last commits, and the
  // next pass then finds those files by listing.
  // Commits are small, and each writes whole pages: with pages of half the usual size a file costs two thirds of the bytes.
  // The size of a page holds for new files only. The log goes into the file after 2,000 pages.
  db.exec(
    'PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 2000; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -1000;',
  );
  const format = formatOf(db);
  if (format > SCHEMA_VERSION) {
    throw new SyncError(
      'state_unusable',
      `the ledger ${file} was written by a newer stagesync (format ${format}, this one reads ${SCHEMA_VERSION}); upgrade stagesync, or delete the file: the next run then adopts what the destination has`,
      { verdict: 'end_run' },
    );
  }
  if (format === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  if (format === 0) createTables(db, pair);
  else upgradeTables(db, format);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

function createTables(
  db: DatabaseSync,
  { source, destination }: { readonly source: string; readonly destination: string },
): void {
  db.exec(TABLES);
  const insert = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  insert.run('source', source);
  insert.run('destination', destination);
}
