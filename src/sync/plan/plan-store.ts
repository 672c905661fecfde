import type { FileEntry } from '../../model/entry.ts';
import { afterFolder } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason, RemoveReason, StageVersion } from '../../model/plan.ts';
import { toArrival } from './arrival.ts';
import type { Arrival, ArrivalRow } from './arrival.ts';
import { foundPairs, pairArrivals } from './pair-arrivals.ts';
import type { FoundPair } from './pair-arrivals.ts';
import { PlanDatabase } from './plan-database.ts';

export type { Arrival };

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

/**
 * A plan in the making that is too large for memory: a private SQLite file that vanishes with its connection. One
 * table for each kind of step, keyed by path, so that every phase reads its steps in path order.
 */
export class PlanStore {
  readonly #db = new PlanDatabase();

  addArrival(arrival: Arrival): void {
    const { entry } = arrival;
    this.#db
      .sql('INSERT OR REPLACE INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
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
    const row = this.#db.sql('SELECT * FROM arrival WHERE path = ?').get(path);
    return row === undefined ? undefined : toArrival(row as unknown as ArrivalRow);
  }

  dropArrival(path: RelPath): void {
    this.#db.sql('DELETE FROM arrival WHERE path = ?').run(path);
  }

  *arrivals(): Generator<Arrival, void> {
    for (const row of this.#db.pages('arrival')) yield toArrival(row as unknown as ArrivalRow);
  }

  addFolder(path: RelPath, reason: FolderReason): void {
    this.#db.sql('INSERT OR REPLACE INTO folder VALUES (?, ?)').run(path, reason);
  }

  hasFolder(path: RelPath): boolean {
    return this.#db.sql('SELECT 1 FROM folder WHERE path = ?').get(path) !== undefined;
  }

  dropFolder(path: RelPath): void {
    this.#db.sql('DELETE FROM folder WHERE path = ?').run(path);
  }

  foldersWithin(folder: RelPath): RelPath[] {
    return this.#db
      .sql('SELECT path FROM folder WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => row['path'] as string);
  }

  *folders(): Generator<{ readonly path: RelPath; readonly reason: FolderReason }, void> {
    for (const row of this.#db.pages('folder'))
      yield row as unknown as { path: RelPath; reason: FolderReason };
  }

  /** A folder that both ends have. */
  addStanding(path: RelPath): void {
    this.#db.sql('INSERT OR REPLACE INTO standing VALUES (?)').run(path);
  }

  standingWithin(folder: RelPath): RelPath[] {
    return this.#db
      .sql('SELECT path FROM standing WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => row['path'] as string);
  }

  addFreed(freed: Freed): void {
    this.#db
      .sql('INSERT OR REPLACE INTO freed VALUES (?, ?, ?, ?, ?)')
      .run(freed.path, freed.size, freed.identity ?? null, freed.digest ?? null, freed.gone ? 1 : 0);
  }

  freed(path: RelPath): Freed | undefined {
    const row = this.#db.sql('SELECT * FROM freed WHERE path = ?').get(path);
    return row === undefined ? undefined : toFreed(row as unknown as FreedRow);
  }

  freedWithin(folder: RelPath): Freed[] {
    return this.#db
      .sql('SELECT * FROM freed WHERE path >= ? AND path < ?')
      .all(folder, afterFolder(folder))
      .map((row) => toFreed(row as unknown as FreedRow));
  }

  /** A folder on Stage whose every file is freed and whose every folder is ours. */
  addWhole(path: RelPath, files: number): void {
    this.#db.sql('INSERT OR REPLACE INTO whole VALUES (?, ?)').run(path, files);
  }

  whole(path: RelPath): number | undefined {
    const row = this.#db.sql('SELECT files FROM whole WHERE path = ?').get(path);
    return row === undefined ? undefined : (row['files'] as number);
  }

  /** Finds the moves among arrivals and freed files; see pairArrivals. */
  pair(digestOf: (arrival: Arrival) => Promise<string | undefined>): Promise<void> {
    return pairArrivals(this.#db, digestOf);
  }

  /** The pairs found. */
  pairs(): FoundPair[] {
    return foundPairs(this.#db);
  }

  /** First meetings whose content has to be compared. */
  addMeeting(entry: FileEntry, stage: StageVersion): void {
    this.#db
      .sql('INSERT OR REPLACE INTO meeting VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        entry.path,
        entry.size,
        entry.modifiedMs ?? null,
        entry.version,
        entry.identity ?? null,
        stage.modifiedMs ?? null,
      );
  }

  *meetings(): Generator<{ readonly entry: FileEntry; readonly stage: StageVersion }, void> {
    for (const row of this.#db.pages('meeting')) {
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
    return this.#db
      .sql(
        `SELECT r.* FROM removal r WHERE
        (r.path LIKE '%/' AND EXISTS (SELECT 1 FROM arrival a WHERE a.path = substr(r.path, 1, length(r.path) - 1)))
        OR EXISTS (SELECT 1 FROM folder f WHERE f.path = r.path || '/') ORDER BY r.path`,
      )
      .all() as unknown as Removal[];
  }

  /** Everything counted: what the guards and the cost are made from. */
  totals(): { arrivals: number; bytes: number; folders: number; removals: number; removedFiles: number } {
    const arrivals = this.#db.sql('SELECT count(*) AS n, total(size) AS bytes FROM arrival').get()!;
    const folders = this.#db.sql('SELECT count(*) AS n FROM folder').get()!;
    const removals = this.#db.sql('SELECT count(*) AS n, total(files) AS files FROM removal').get()!;
    return {
      arrivals: arrivals['n'] as number,
      bytes: arrivals['bytes'] as number,
      folders: folders['n'] as number,
      removals: removals['n'] as number,
      removedFiles: removals['files'] as number,
    };
  }

  addRemoval(removal: Removal): void {
    this.#db
      .sql('INSERT OR REPLACE INTO removal VALUES (?, ?, ?, ?)')
      .run(removal.path, removal.reason, removal.files, removal.stamp);
  }

  removal(path: RelPath): Removal | undefined {
    return this.#db.sql('SELECT * FROM removal WHERE path = ?').get(path) as Removal | undefined;
  }

  dropRemoval(path: RelPath): void {
    this.#db.sql('DELETE FROM removal WHERE path = ?').run(path);
  }

  dropRemovalsWithin(folder: RelPath): void {
    this.#db.sql('DELETE FROM removal WHERE path >= ? AND path < ?').run(folder, afterFolder(folder));
  }

  /** Replaces all removals below a folder by one of the folder. */
  collapseRemovals(removal: Removal): void {
    this.dropRemovalsWithin(removal.path);
    this.addRemoval(removal);
  }

  *removals(): Generator<Removal, void> {
    for (const row of this.#db.pages('removal')) yield row as unknown as Removal;
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }
}

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
