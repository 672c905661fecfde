import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pairName } from '../../../src/sync/ledger/open-ledger.ts';
import type { Intent } from '../../../src/sync/ledger/intent.ts';

/** The tables as release 0.1 made them. */
const TABLES = `
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

/** A row as release 0.1 kept it: of who put the file there it only told the last reason. */
export interface Format1Row {
  readonly path: string;
  readonly size?: number;
  readonly version?: string;
  readonly digest?: string;
  readonly shownModifiedMs?: number;
  readonly reason: string;
}

/** Writes the ledger of a pair as release 0.1 would have. Returns its file. */
export function writeFormat1(
  folder: string,
  pair: { readonly source: string; readonly destination: string },
  rows: readonly Format1Row[],
  intents: readonly Intent[] = [],
): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${pairName(pair.source, pair.destination)}.sqlite`);
  using db = new DatabaseSync(file);
  db.exec(TABLES);
  const meta = db.prepare('INSERT INTO meta VALUES (?, ?)');
  meta.run('source', pair.source);
  meta.run('destination', pair.destination);
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
  const intent = db.prepare(
    'INSERT INTO intent (op, path, to_path, via, reason, at) VALUES (?, ?, ?, ?, ?, 1)',
  );
  for (const { op, path, to, via, reason } of intents) intent.run(op, path, to ?? null, via ?? null, reason);
  return file;
}
