import type { FileEntry } from '../../../model/entry.ts';
import { afterFolder } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { FolderReason, ShownVersion } from '../../../model/plan.ts';
import { toArrival } from '../arrival.ts';
import type { Arrival, ArrivalRow } from '../arrival.ts';
import { foundPairs, findMoves } from '../moves/find-moves.ts';
import type { FoundPair } from '../moves/find-moves.ts';
import { PlanDatabase } from './plan-database.ts';
import { toFreed, toRemoval } from './plan-rows.ts';
import type { Carried, Freed, FreedRow, Removal, RemovalRow } from './plan-rows.ts';

export type { Arrival, Carried, Freed, Removal };

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

  /** Drops files and folders that were to come below `folder`, and the folder itself. */
  dropArrivalsWithin(folder: RelPath): void {
    for (const table of ['arrival', 'folder'])
      this.#db.sql(`DELETE FROM ${table} WHERE path >= ? AND path < ?`).run(folder, afterFolder(folder));
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

  /** Finds the moves among arrivals and freed files; see findMoves. */
  pair(digestOf: (arrival: Arrival) => Promise<string | undefined>): Promise<void> {
    return findMoves(this.#db, digestOf);
  }

  /** The origins of the pairs whose files have one identity, by that. */
  pairedIdentities(): Map<string, RelPath> {
    const rows = this.#db
      .sql(
        'SELECT f.identity, f.path FROM pair p JOIN freed f ON f.path = p.from_path JOIN arrival a ON a.path = p.to_path WHERE f.identity = a.identity',
      )
      .all();
    return new Map(rows.map((row) => [row['identity'] as string, row['path'] as string]));
  }

  dropPair(from: RelPath): void {
    this.#db.sql('DELETE FROM pair WHERE from_path = ?').run(from);
  }

  /** The pairs found. */
  pairs(): FoundPair[] {
    return foundPairs(this.#db);
  }

  /** Something on Stage that has the name of a folder, or of a file, that is to come, and leaves it only by a move. */
  addObstacle(path: RelPath): void {
    this.#db.sql('INSERT OR REPLACE INTO obstacle VALUES (?)').run(path);
  }

  dropObstacle(path: RelPath): void {
    this.#db.sql('DELETE FROM obstacle WHERE path = ?').run(path);
  }

  *obstacles(): Generator<RelPath, void> {
    for (const row of this.#db.pages('obstacle')) yield row['path'] as RelPath;
  }

  addCarried({ from, arrival }: Carried): void {
    const { entry, replaces } = arrival;
    this.#db
      .sql('INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        arrival.path,
        from,
        arrival.reason,
        entry.size,
        entry.modifiedMs ?? null,
        entry.version,
        entry.identity ?? null,
        arrival.digest ?? null,
        replaces?.size ?? null,
        replaces?.modifiedMs ?? null,
      );
  }

  /** The files that a folder's move brings to their place below `folder`, its new name. */
  *carriedInto(folder: RelPath): Generator<Carried, void> {
    for (const row of this.#db.pages('carried', folder, afterFolder(folder)))
      yield { from: row['from_path'] as string, arrival: toArrival(row as unknown as ArrivalRow) };
  }

  /** Files whose content has to be compared; `known`: the ledger has them. */
  addMeeting(entry: FileEntry, stage: ShownVersion, known: boolean): void {
    this.#db
      .sql('INSERT OR REPLACE INTO meeting VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(
        entry.path,
        entry.size,
        entry.modifiedMs ?? null,
        entry.version,
        entry.identity ?? null,
        stage.modifiedMs ?? null,
        known ? 1 : 0,
      );
  }

  *meetings(): Generator<
    { readonly entry: FileEntry; readonly stage: ShownVersion; readonly known: boolean },
    void
  > {
    for (const row of this.#db.pages('meeting')) {
      const arrival = toArrival({
        ...row,
        reason: 'differs',
        digest: null,
        before_size: null,
        before_modified: null,
      } as unknown as ArrivalRow);
      const modified = row['stage_modified'] as number | null;
      yield {
        entry: arrival.entry,
        stage: { size: arrival.entry.size, modifiedMs: modified ?? undefined },
        known: row['known'] === 1,
      };
    }
  }

  /** Removals of files whose name a folder needs: they cannot come last. */
  filesInTheWay(): Removal[] {
    return this.#db
      .sql(
        "SELECT r.* FROM removal r WHERE r.path NOT LIKE '%/' AND EXISTS (SELECT 1 FROM folder f WHERE f.path = r.path || '/') ORDER BY r.path",
      )
      .all()
      .map((row) => toRemoval(row as unknown as RemovalRow));
  }

  /** Removals of folders whose name a file needs. */
  foldersInTheWay(): Removal[] {
    return this.#db
      .sql(
        "SELECT r.* FROM removal r WHERE r.path LIKE '%/' AND EXISTS (SELECT 1 FROM arrival a WHERE a.path = substr(r.path, 1, length(r.path) - 1)) ORDER BY r.path",
      )
      .all()
      .map((row) => toRemoval(row as unknown as RemovalRow));
  }

  /** Everything counted: what the guards and the cost are made from. `removals` are requests, `removedFiles` files. */
  totals(): { arrivals: number; bytes: number; folders: number; removals: number; removedFiles: number } {
    const arrivals = this.#db.sql('SELECT count(*) AS n, total(size) AS bytes FROM arrival').get()!;
    const folders = this.#db.sql('SELECT count(*) AS n FROM folder').get()!;
    const removed = this.#db.sql("SELECT count(*) AS n FROM removal WHERE path NOT LIKE '%/'").get()!;
    let removals = 0;
    for (const _ of this.removals()) removals++;
    return {
      arrivals: arrivals['n'] as number,
      bytes: arrivals['bytes'] as number,
      folders: folders['n'] as number,
      removals,
      removedFiles: removed['n'] as number,
    };
  }

  addRemoval(removal: Removal): void {
    const { path, reason, files, stamp, shown } = removal;
    this.#db
      .sql('INSERT OR REPLACE INTO removal VALUES (?, ?, ?, ?, ?, ?)')
      .run(path, reason, files, stamp, shown?.size ?? null, shown?.modifiedMs ?? null);
  }

  removal(path: RelPath): Removal | undefined {
    const row = this.#db.sql('SELECT * FROM removal WHERE path = ?').get(path);
    return row === undefined ? undefined : toRemoval(row as unknown as RemovalRow);
  }

  dropRemoval(path: RelPath): void {
    this.#db.sql('DELETE FROM removal WHERE path = ?').run(path);
  }

  dropRemovalsWithin(folder: RelPath): void {
    this.#db.sql('DELETE FROM removal WHERE path >= ? AND path < ?').run(folder, afterFolder(folder));
  }

  /** What goes by a change of its own: not what goes with its folder. */
  *removals(): Generator<Removal, void> {
    let cover: RelPath | undefined;
    for (const row of this.#db.pages('removal')) {
      const path = row['path'] as RelPath;
      if (cover !== undefined && path.startsWith(cover)) continue;
      cover = path.endsWith('/') ? path : undefined;
      yield toRemoval(row as unknown as RemovalRow);
    }
  }

  /** Files that go with a folder. */
  filesWithin(folder: RelPath): number {
    const row = this.#db
      .sql("SELECT count(*) AS n FROM removal WHERE path > ? AND path < ? AND path NOT LIKE '%/'")
      .get(folder, afterFolder(folder));
    return row!['n'] as number;
  }

  /** Everything below a folder that goes, files and folders, without the folder itself. */
  *removalsWithin(folder: RelPath): Generator<Removal, void> {
    for (const row of this.#db.pages('removal', folder, afterFolder(folder)))
      yield toRemoval(row as unknown as RemovalRow);
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }
}
