import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import type { FileEntry } from '../../model/entry.ts';
import { afterFolder } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason, RemoveReason, StageVersion, UploadReason } from '../../model/plan.ts';

/** A file to upload, or the target of a move; `digest` where it is already known. */
export interface Arrival {
  readonly path: RelPath;
  readonly reason: UploadReason;
  readonly entry: FileEntry;
  readonly replaces: StageVersion | undefined;
  readonly digest: string | undefined;
}

/** A file on Stage whose content the source no longer has at that path: it can be moved from. */
export interface Freed {
  readonly path: RelPath;
  readonly size: number;
  readonly identity: string | undefined;
  readonly digest: string | undefined;
  /** Gone from the source; false when other content takes its place. */
  readonly gone: boolean;
}

export interface Removal {
  readonly path: RelPath;
  readonly reason: RemoveReason;
  /** Files that go with it. */
  readonly files: number;
  /** Equality only: what Stage showed of what goes. */
  readonly stamp: string;
}

const TABLES = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
CREATE TABLE arrival (path TEXT PRIMARY KEY, reason TEXT, size INTEGER, modified REAL, version TEXT, identity TEXT,
  digest TEXT, before_size INTEGER, before_modified REAL) STRICT, WITHOUT ROWID;
CREATE TABLE folder (path TEXT PRIMARY KEY, reason TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE standing (path TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE freed (path TEXT PRIMARY KEY, size INTEGER, identity TEXT, digest TEXT, gone INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE whole (path TEXT PRIMARY KEY, files INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE pair (from_path TEXT PRIMARY KEY, to_path TEXT UNIQUE) STRICT, WITHOUT ROWID;
CREATE TABLE removal (path TEXT PRIMARY KEY, reason TEXT, files INTEGER, stamp TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE meeting (path TEXT PRIMARY KEY, size INTEGER, modified REAL, version TEXT, identity TEXT,
  stage_modified REAL) STRICT, WITHOUT ROWID;
BEGIN;
`;

const PAGE = 500;

/**
 * A plan in the making that is too large for memory: a private SQLite file that vanishes with its connection. One
 * table for each kind of step, keyed by path, so that every phase reads its steps in path order.
 */
export class PlanStore {
  // an empty name is SQLite's own temporary database: in memory while small, on disk beyond, never left behind
  readonly #db = new DatabaseSync('');
  readonly #statements = new Map<string, StatementSync>();

  constructor() {
    this.#db.exec(TABLES);
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) this.#statements.set(text, (statement = this.#db.prepare(text)));
    return statement;
  }

  addArrival(arrival: Arrival): void {
    const { entry } = arrival;
    this.#sql('INSERT OR REPLACE INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      arrival.path,
      arrival.reason,
      entry.size,
      entry.modifiedMs ?? null,
      entry.version,
      entry.identity ?? null,
      arrival.digest ?? null,
      arrival.replaces?.size ?? null,
      arrival.replaces?.modifiedMs ?? null,
    );
  }

  arrival(path: RelPath): Arrival | undefined {
    const row = this.#sql('SELECT * FROM arrival WHERE path = ?').get(path);
    return row === undefined ? undefined : toArrival(row as unknown as ArrivalRow);
  }

  dropArrival(path: RelPath): void {
    this.#sql('DELETE FROM arrival WHERE path = ?').run(path);
  }

  *arrivals(): Generator<Arrival, void> {
    for (const row of this.#pages('arrival')) yield toArrival(row as unknown as ArrivalRow);
  }

  addFolder(path: RelPath, reason: FolderReason): void {
    this.#sql('INSERT OR REPLACE INTO folder VALUES (?, ?)').run(path, reason);
  }

  hasFolder(path: RelPath): boolean {
    return this.#sql('SELECT 1 FROM folder WHERE path = ?').get(path) !== undefined;
  }

  dropFolder(path: RelPath): void {
    this.#sql('DELETE FROM folder WHERE path = ?').run(path);
  }

  foldersWithin(folder: RelPath): RelPath[] {
    return this.#sql('SELECT path FROM folder WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => row['path'] as string);
  }

  *folders(): Generator<{ readonly path: RelPath; readonly reason: FolderReason }, void> {
    for (const row of this.#pages('folder')) yield row as unknown as { path: RelPath; reason: FolderReason };
  }

  /** A folder that both ends have. */
  addStanding(path: RelPath): void {
    this.#sql('INSERT OR REPLACE INTO standing VALUES (?)').run(path);
  }

  standingWithin(folder: RelPath): RelPath[] {
    return this.#sql('SELECT path FROM standing WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => row['path'] as string);
  }

  addFreed(freed: Freed): void {
    this.#sql('INSERT OR REPLACE INTO freed VALUES (?, ?, ?, ?, ?)').run(
      freed.path,
      freed.size,
      freed.identity ?? null,
      freed.digest ?? null,
      freed.gone ? 1 : 0,
    );
  }

  freed(path: RelPath): Freed | undefined {
    const row = this.#sql('SELECT * FROM freed WHERE path = ?').get(path);
    return row === undefined ? undefined : toFreed(row as unknown as FreedRow);
  }

  freedWithin(folder: RelPath): Freed[] {
    return this.#sql('SELECT * FROM freed WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => toFreed(row as unknown as FreedRow));
  }

  /** A folder on Stage whose every file is freed and whose every folder is ours. */
  addWhole(path: RelPath, files: number): void {
    this.#sql('INSERT OR REPLACE INTO whole VALUES (?, ?)').run(path, files);
  }

  whole(path: RelPath): number | undefined {
    const row = this.#sql('SELECT files FROM whole WHERE path = ?').get(path);
    return row === undefined ? undefined : (row['files'] as number);
  }

  /**
   * Pairs each arrival with the freed file that has the same identity, then the rest by size and digest. Only where
   * it is the one candidate on both sides: what is ambiguous is uploaded. `digestOf` is asked for arrivals of a size
   * that some freed file with a known digest has; undefined: it could not be told.
   */
  async pair(digestOf: (arrival: Arrival) => Promise<string | undefined>): Promise<void> {
    this.#db.exec(`
      CREATE INDEX freed_identity ON freed (identity) WHERE identity IS NOT NULL;
      CREATE INDEX arrival_identity ON arrival (identity) WHERE identity IS NOT NULL;
      INSERT INTO pair SELECT f.path, a.path FROM arrival a JOIN freed f ON f.identity = a.identity
        WHERE a.size > 0 AND a.size = f.size AND a.path <> f.path
        AND (SELECT count(*) FROM arrival x WHERE x.identity = a.identity) = 1
        AND (SELECT count(*) FROM freed y WHERE y.identity = f.identity) = 1;
      CREATE INDEX freed_digest ON freed (size, digest) WHERE digest IS NOT NULL;`);
    const free = 'NOT EXISTS (SELECT 1 FROM pair p WHERE p.to_path = a.path)';
    const wanted = this
      .#sql(`SELECT * FROM arrival a WHERE a.path > ? AND a.size > 0 AND a.digest IS NULL AND ${free}
      AND EXISTS (SELECT 1 FROM freed f WHERE f.size = a.size AND f.digest IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path)) ORDER BY a.path LIMIT ${PAGE}`);
    const learn = this.#sql('UPDATE arrival SET digest = ? WHERE path = ?');
    for (let at = ''; ;) {
      const rows = wanted.all(at) as unknown as ArrivalRow[];
      for (const row of rows) {
        const digest = await digestOf(toArrival(row));
        if (digest !== undefined) learn.run(digest, row.path);
        at = row.path;
      }
      if (rows.length < PAGE) break;
    }
    this.#db.exec(`
      CREATE INDEX arrival_digest ON arrival (size, digest) WHERE digest IS NOT NULL;
      INSERT INTO pair SELECT f.path, a.path FROM arrival a JOIN freed f ON f.size = a.size AND f.digest = a.digest
        WHERE a.size > 0 AND a.path <> f.path AND ${free}
        AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path)
        AND (SELECT count(*) FROM arrival x WHERE x.size = a.size AND x.digest = a.digest) = 1
        AND (SELECT count(*) FROM freed y WHERE y.size = f.size AND y.digest = f.digest) = 1;`);
  }

  /** The pairs found, with whether the target is occupied on Stage. */
  pairs(): { readonly from: RelPath; readonly to: RelPath; readonly occupied: boolean }[] {
    return this.#sql(
      'SELECT p.from_path, p.to_path, a.before_size FROM pair p JOIN arrival a ON a.path = p.to_path ORDER BY p.to_path',
    )
      .all()
      .map((row) => ({
        from: row['from_path'] as string,
        to: row['to_path'] as string,
        occupied: row['before_size'] !== null,
      }));
  }

  /** First meetings whose content has to be compared. */
  addMeeting(entry: FileEntry, stage: StageVersion): void {
    this.#sql('INSERT OR REPLACE INTO meeting VALUES (?, ?, ?, ?, ?, ?)').run(
      entry.path,
      entry.size,
      entry.modifiedMs ?? null,
      entry.version,
      entry.identity ?? null,
      stage.modifiedMs ?? null,
    );
  }

  *meetings(): Generator<{ readonly entry: FileEntry; readonly stage: StageVersion }, void> {
    for (const row of this.#pages('meeting')) {
      const arrival = toArrival({
        ...row,
        reason: 'differs',
        digest: null,
        before_size: null,
        before_modified: null,
      } as unknown as ArrivalRow);
      const modified = row['stage_modified'] as number | null;
      yield { entry: arrival.entry, stage: { size: arrival.entry.size, modifiedMs: modified ?? undefined } };
    }
  }

  /** Removals that stand in the way of a file or folder of the same name, so that they cannot come last. */
  obstacles(): Removal[] {
    return this.#sql(
      `SELECT r.* FROM removal r WHERE
        (r.path LIKE '%/' AND EXISTS (SELECT 1 FROM arrival a WHERE a.path = substr(r.path, 1, length(r.path) - 1)))
        OR EXISTS (SELECT 1 FROM folder f WHERE f.path = r.path || '/') ORDER BY r.path`,
    ).all() as unknown as Removal[];
  }

  /** Everything counted: what the guards and the cost are made from. */
  totals(): { arrivals: number; bytes: number; folders: number; removals: number; removedFiles: number } {
    const arrivals = this.#sql('SELECT count(*) AS n, total(size) AS bytes FROM arrival').get()!;
    const folders = this.#sql('SELECT count(*) AS n FROM folder').get()!;
    const removals = this.#sql('SELECT count(*) AS n, total(files) AS files FROM removal').get()!;
    return {
      arrivals: arrivals['n'] as number,
      bytes: arrivals['bytes'] as number,
      folders: folders['n'] as number,
      removals: removals['n'] as number,
      removedFiles: removals['files'] as number,
    };
  }

  addRemoval(removal: Removal): void {
    this.#sql('INSERT OR REPLACE INTO removal VALUES (?, ?, ?, ?)').run(
      removal.path,
      removal.reason,
      removal.files,
      removal.stamp,
    );
  }

  removal(path: RelPath): Removal | undefined {
    return this.#sql('SELECT * FROM removal WHERE path = ?').get(path) as Removal | undefined;
  }

  dropRemoval(path: RelPath): void {
    this.#sql('DELETE FROM removal WHERE path = ?').run(path);
  }

  dropRemovalsWithin(folder: RelPath): void {
    this.#sql('DELETE FROM removal WHERE path >= ? AND path < ?').run(folder, afterFolder(folder));
  }

  /** Replaces all removals below a folder by one of the folder. */
  collapseRemovals(removal: Removal): void {
    this.dropRemovalsWithin(removal.path);
    this.addRemoval(removal);
  }

  *removals(): Generator<Removal, void> {
    for (const row of this.#pages('removal')) yield row as unknown as Removal;
  }

  *#pages(table: string): Generator<Record<string, unknown>, void> {
    const next = this.#sql(`SELECT * FROM ${table} WHERE path > ? ORDER BY path LIMIT ${PAGE}`);
    for (let at = ''; ;) {
      const rows = next.all(at);
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

interface ArrivalRow {
  readonly path: string;
  readonly reason: UploadReason;
  readonly size: number;
  readonly modified: number | null;
  readonly version: string;
  readonly identity: string | null;
  readonly digest: string | null;
  readonly before_size: number | null;
  readonly before_modified: number | null;
}

const toArrival = (row: ArrivalRow): Arrival => ({
  path: row.path,
  reason: row.reason,
  entry: {
    kind: 'file',
    path: row.path,
    size: row.size,
    modifiedMs: row.modified ?? undefined,
    version: row.version,
    ...(row.identity !== null && { identity: row.identity }),
  },
  replaces:
    row.before_size === null
      ? undefined
      : { size: row.before_size, modifiedMs: row.before_modified ?? undefined },
  digest: row.digest ?? undefined,
});

interface FreedRow {
  readonly path: string;
  readonly size: number;
  readonly identity: string | null;
  readonly digest: string | null;
  readonly gone: number;
}

const toFreed = (row: FreedRow): Freed => ({
  path: row.path,
  size: row.size,
  identity: row.identity ?? undefined,
  digest: row.digest ?? undefined,
  gone: row.gone === 1,
});
