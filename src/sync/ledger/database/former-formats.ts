import type { DatabaseSync } from 'node:sqlite';

/** Raised when a release changes what the tables mean; an older stagesync then refuses the file. */
export const SCHEMA_VERSION = 7;

/** What a pass has to tell once after an upgrade: how many rows count as adopted from now on. */
export const ORIGIN_UNKNOWN = 'origin_unknown';

/**
 * Format 1 kept only the last thing done to a file. An upload says so; a digest was made on the way of an upload, or when
 * contents were compared. Every other file may have been adopted, and moved since.
 */
const FROM_1 = `
ALTER TABLE entry ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
UPDATE entry SET adopted = 1 WHERE reason = 'adopted' AND digest IS NULL;
UPDATE entry SET adopted = 1 WHERE reason IN ('renamed', 'folder_renamed', 'cycle') AND digest IS NULL AND path NOT LIKE '%/';
INSERT OR REPLACE INTO meta (key, value) SELECT '${ORIGIN_UNKNOWN}', count(*) FROM entry
  WHERE adopted = 1 AND path NOT LIKE '%/' HAVING count(*) > 0;
`;

/** What format 4 keeps of runs beyond their reports. A new ledger gets it in the same way. */
export const RUN_RECORDS = `
ALTER TABLE run ADD COLUMN name TEXT;
ALTER TABLE run ADD COLUMN cause TEXT;
ALTER TABLE run ADD COLUMN error TEXT;
ALTER TABLE run ADD COLUMN failures TEXT;
ALTER TABLE run ADD COLUMN warnings TEXT;
ALTER TABLE run ADD COLUMN actions_cut INTEGER;
ALTER TABLE run ADD COLUMN idle INTEGER;
ALTER TABLE run ADD COLUMN folded INTEGER;
ALTER TABLE run ADD COLUMN folded_since INTEGER;
CREATE INDEX run_name ON run (name);
CREATE TABLE run_action (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  to_path TEXT,
  reason TEXT NOT NULL,
  bytes INTEGER,
  files INTEGER,
  folder TEXT,
  ms INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  code TEXT,
  message TEXT,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;
`;

/** What format 5 keeps of files on their way to a table. A new ledger gets it in the same way. */
export const LOADS = `
CREATE TABLE load (
  path TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  replaced INTEGER NOT NULL,
  loaded INTEGER NOT NULL,
  arrived INTEGER NOT NULL,
  readers TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** What format 6 keeps of files that are at the destination under another name. A new ledger gets it in the same way. */
export const PRESENT_NAMES = `
CREATE TABLE present_name (
  name TEXT PRIMARY KEY,
  folder TEXT NOT NULL,
  path TEXT NOT NULL,
  state INTEGER NOT NULL,
  size INTEGER NOT NULL,
  modified INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX present_name_folder ON present_name (folder);
CREATE INDEX present_name_path ON present_name (path);
`;

/** What format 7 keeps of a put: the time that its file gets where the destination gives files that of their content. */
export const TIMES_OF_PUTS = 'ALTER TABLE intent ADD COLUMN modified INTEGER;';

/** The first format that says of a run more than how it ended. */
export const FIRST_WITH_RUN_RECORDS = 4;

/** The first format that keeps files on their way to a table. */
const FIRST_WITH_LOADS = 5;

/** The first format that keeps present names. */
const FIRST_WITH_PRESENT_NAMES = 6;

/** Brings the tables of an earlier format up to date, within the caller's transaction. */
export function upgradeTables(db: DatabaseSync, format: number): void {
  if (format === 1) db.exec(FROM_1);
  if (format < 3) db.exec(`ALTER TABLE entry RENAME COLUMN ${shownColumn(db)} TO shown_modified`);
  const runs = format < FIRST_WITH_RUN_RECORDS ? RUN_RECORDS : '';
  const loads = format < FIRST_WITH_LOADS ? LOADS : '';
  const names = format < FIRST_WITH_PRESENT_NAMES ? PRESENT_NAMES : '';
  db.exec(runs + loads + names + TIMES_OF_PUTS);
}

/** The columns of a row, in the order of `RawRow`. */
export const COLUMNS = 'path, size, version, identity, digest, shown_modified, pending, adopted';

/** The same from a file of any format: a ledger of an earlier one can be looked at, though not written. */
export function columnsIn(db: DatabaseSync): string {
  const format = formatOf(db);
  if (format >= 3) return COLUMNS;
  const columns = COLUMNS.replace('shown_modified', shownColumn(db));
  return format === 1 ? columns.replace('adopted', "reason = 'adopted'") : columns;
}

/** The format that a file says it has; 0: nothing was written yet. */
export const formatOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);

/** Formats 1 and 2 named the column for one service; its name ended the same. Quoted, to stand in a statement. */
function shownColumn(db: DatabaseSync): string {
  const select = "SELECT name FROM pragma_table_info('entry') WHERE name LIKE '%\\_modified' ESCAPE '\\'";
  const name = String(db.prepare(select).get()?.['name'] ?? 'shown_modified');
  return `"${name.replaceAll('"', '""')}"`;
}
