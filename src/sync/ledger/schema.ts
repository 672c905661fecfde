import type { DatabaseSync } from 'node:sqlite';
import { SyncError } from '../../model/errors.ts';

/** Raised when a release changes what the tables mean; an older stagesync then refuses the file. */
export const SCHEMA_VERSION = 2;

/**
 * `entry`: one row per file or folder (path ends in "/") of ours on Stage. `pending` is 1 for a
 * file put or moved until a listing has confirmed the size and told Stage's time (2 in ledgers of format 1, for one moved). SQLite's BINARY collation is path order.
 * `adopted` is 1 for what was found there and taken for equal by its size alone: it is not ours.
 * `intent`: changes that were about to be sent; a row that survives a run is in doubt.
 * `verdict`: what was last decided for paths without an entry row (removed, failed, skipped, kept).
 */
const TABLES = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  version TEXT NOT NULL,
  identity TEXT,
  digest TEXT,
  stage_modified INTEGER,
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
`;

/** What a pass has to tell once after an upgrade: how many rows count as adopted from now on. */
export const ORIGIN_UNKNOWN = 'origin_unknown';

/**
 * From format 1, which kept only the last thing done to a file. What was uploaded says so; so does a digest, which was
 * made on the way or when contents were compared. All else may have been adopted, and moved since.
 */
const FROM_1 = `
ALTER TABLE entry ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
UPDATE entry SET adopted = 1 WHERE reason = 'adopted' AND digest IS NULL;
UPDATE entry SET adopted = 1 WHERE reason IN ('renamed', 'folder_renamed', 'cycle') AND digest IS NULL AND path NOT LIKE '%/';
INSERT OR REPLACE INTO meta (key, value) SELECT '${ORIGIN_UNKNOWN}', count(*) FROM entry
  WHERE adopted = 1 AND path NOT LIKE '%/' HAVING count(*) > 0;
`;

/**
 * Sets up a new ledger, in one commit, or checks that an existing one is ours and of this release. Rejects with
 * `state_unusable`.
 */
export function prepareSchema(
  db: DatabaseSync,
  file: string,
  pair: { readonly source: string; readonly destination: string },
): void {
  // WAL with NORMAL survives a killed process at any instruction; only a power cut can lose the last commits, and the
  // next pass then finds those files by listing.
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -1000;',
  );
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new SyncError(
      'state_unusable',
      `the ledger ${file} was written by a newer stagesync (format ${version}, this one reads ${SCHEMA_VERSION}); upgrade stagesync, or delete the file: the next run then adopts what is on Stage`,
      { verdict: 'end_run' },
    );
  }
  if (version === SCHEMA_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  if (version === 1) {
    db.exec(`${FROM_1} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
    return;
  }
  db.exec(TABLES);
  const insert = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)');
  insert.run('source', pair.source);
  insert.run('destination', pair.destination);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}
