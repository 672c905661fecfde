import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pairName } from '../../../src/sync/ledger/open-ledger.ts';
import type { Intent } from '../../../src/sync/ledger/intent.ts';

/** The tables as release 0.1 made them. */
const FORMAT_1 = `
PRAGMA journal_mode = WAL;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entry (path TEXT PRIMARY KEY, size INTEGER NOT NULL, version TEXT NOT NULL, identity TEXT, digest TEXT,
  stage_modified INTEGER, pending INTEGER NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX entry_pending ON entry (path) WHERE pending = 1;
CREATE TABLE intent (id INTEGER PRIMARY KEY, op TEXT NOT NULL, path TEXT NOT NULL, to_path TEXT, size INTEGER,
  version TEXT, identity TEXT, reason TEXT NOT NULL, before_size INTEGER, before_modified INTEGER, via TEXT, aside TEXT,
  at INTEGER NOT NULL) STRICT;
CREATE TABLE verdict (path TEXT PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, run INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE run (id INTEGER PRIMARY KEY, command TEXT NOT NULL, started INTEGER NOT NULL, finished INTEGER, outcome TEXT,
  report TEXT) STRICT;
INSERT INTO run VALUES (1, 'sync', 1000, 2000, 'clean', '{}');
PRAGMA user_version = 1;
`;

/** The tables as the releases after 0.1 made them, until the column of the shown time got its neutral name. */
const FORMAT_2 = `
PRAGMA journal_mode = WAL;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE entry (
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
CREATE INDEX entry_pending ON entry (path) WHERE pending = 1;
CREATE TABLE intent (
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
CREATE TABLE verdict (
  path TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  reason TEXT NOT NULL,
  run INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  started INTEGER NOT NULL,
  finished INTEGER,
  outcome TEXT,
  report TEXT
) STRICT;
INSERT INTO run VALUES (1, 'sync', 1000, 2000, 'clean', '{}');
INSERT INTO verdict VALUES ('gone', 'removed', 'gone_from_source', 1);
INSERT INTO meta VALUES ('keeps_times', 'yes');
PRAGMA user_version = 2;
`;

/** The tables before runs were remembered with their causes and failures. */
const FORMAT_3 = FORMAT_2.replace('stage_modified', 'shown_modified').replace(
  'PRAGMA user_version = 2;',
  `INSERT INTO run VALUES (2, 'stagesync watch', 3000, NULL, NULL, NULL);
PRAGMA user_version = 3;`,
);

/** A row as release 0.1 kept it: of who put the file there it only told the last reason. */
export interface Format1Row {
  readonly path: string;
  readonly size?: number;
  readonly version?: string;
  readonly digest?: string;
  readonly shownModifiedMs?: number;
  readonly reason: string;
}

/** A row as format 2 kept it. */
export interface Format2Row extends Format1Row {
  readonly identity?: string;
  readonly pending?: boolean;
  readonly adopted?: boolean;
}

interface Pair {
  readonly source: string;
  readonly destination: string;
}

/** Writes the ledger of a pair as release 0.1 would have. Returns its file. */
export function writeFormat1(
  folder: string,
  pair: Pair,
  rows: readonly Format1Row[],
  intents: readonly Intent[] = [],
): string {
  const file = fileOf(folder, pair);
  using db = new DatabaseSync(file);
  db.exec(FORMAT_1);
  fill(db, pair, intents);
  const entry = db.prepare('INSERT INTO entry VALUES (?, ?, ?, NULL, ?, ?, 0, ?, 1)');
  for (const row of rows)
    entry.run(
      row.path,
      row.size ?? 0,
      row.version ?? '',
      row.digest ?? null,
      row.shownModifiedMs ?? null,
      row.reason,
    );
  return file;
}

type Write = (folder: string, pair: Pair, rows: readonly Format2Row[], intents?: readonly Intent[]) => string;

/** Writes the ledger of a pair as a release that kept format 2 would have. Returns its file. */
export const writeFormat2: Write = (...given) => write(FORMAT_2, ...given);

/** The same of format 3, whose rows are those of format 2. */
export const writeFormat3: Write = (...given) => write(FORMAT_3, ...given);

function write(
  tables: string,
  folder: string,
  pair: Pair,
  rows: readonly Format2Row[],
  intents: readonly Intent[] = [],
): string {
  const file = fileOf(folder, pair);
  using db = new DatabaseSync(file);
  db.exec(tables);
  fill(db, pair, intents);
  const entry = db.prepare('INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?)');
  for (const row of rows)
    entry.run(
      row.path,
      row.size ?? 0,
      row.version ?? '',
      row.identity ?? null,
      row.digest ?? null,
      row.shownModifiedMs ?? null,
      row.pending === true ? 1 : 0,
      row.reason,
      row.adopted === true ? 1 : 0,
    );
  return file;
}

function fileOf(folder: string, { source, destination }: Pair): string {
  mkdirSync(folder, { recursive: true });
  return join(folder, `${pairName(source, destination)}.sqlite`);
}

function fill(db: DatabaseSync, { source, destination }: Pair, intents: readonly Intent[]): void {
  const meta = db.prepare('INSERT INTO meta VALUES (?, ?)');
  meta.run('source', source);
  meta.run('destination', destination);
  const intent = db.prepare(
    'INSERT INTO intent (op, path, to_path, via, reason, at) VALUES (?, ?, ?, ?, ?, 1)',
  );
  for (const { op, path, to, via, reason } of intents) intent.run(op, path, to ?? null, via ?? null, reason);
}
