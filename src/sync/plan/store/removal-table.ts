import { afterFolder } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Removal } from '../planned.ts';
import type { PlanDatabase } from './plan-database.ts';
import { toRemoval } from './plan-rows.ts';
import type { RemovalRow } from './plan-rows.ts';

export class RemovalTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add({ path, reason, files, stamp, shown }: Removal): void {
    this.#db.run(
      'INSERT OR REPLACE INTO removal VALUES (?, ?, ?, ?, ?, ?)',
      path,
      reason,
      files,
      stamp,
      shown?.size ?? null,
      shown?.modifiedMs ?? null,
    );
  }

  get(path: RelPath): Removal | undefined {
    const [row] = this.#db.at<RemovalRow>('removal', path);
    return row === undefined ? undefined : toRemoval(row);
  }

  drop(path: RelPath): void {
    this.#db.drop('removal', path);
  }

  dropWithin(folder: RelPath): void {
    this.#db.dropWithin('removal', folder);
  }

  /** Removals with a request of their own: without files and folders that go with their folder. */
  *requests(): Generator<Removal, void> {
    let folder: RelPath | undefined;
    for (const row of this.#db.pages<RemovalRow>('removal')) {
      if (folder !== undefined && row.path.startsWith(folder)) continue;
      folder = row.path.endsWith('/') ? row.path : undefined;
      yield toRemoval(row);
    }
  }

  /** Everything below a folder that goes, files and folders, without the folder itself. */
  *within(folder: RelPath): Generator<Removal, void> {
    for (const row of this.#db.pagesBelow<RemovalRow>('removal', folder)) yield toRemoval(row);
  }

  /** The number of files that go with a folder. */
  filesWithin(folder: RelPath): number {
    return this.#db.count(
      "SELECT count(*) FROM removal WHERE path > ? AND path < ? AND path NOT LIKE '%/'",
      folder,
      afterFolder(folder),
    );
  }

  /** The number of all files that go, by themselves or with a folder. */
  files(): number {
    return this.#db.count("SELECT count(*) FROM removal WHERE path NOT LIKE '%/'");
  }

  /** Removals of files whose name a folder needs, one that is made or moves there: these removals cannot come last. */
  filesInTheWay(): Removal[] {
    return this.#where(
      `r.path NOT LIKE '%/' AND (EXISTS (SELECT 1 FROM folder f WHERE f.path = r.path || '/')
        OR EXISTS (SELECT 1 FROM folder_move m WHERE m.to_path = r.path || '/'))`,
    );
  }

  /** Removals of folders whose name a file needs. */
  foldersInTheWay(): Removal[] {
    return this.#where(
      "r.path LIKE '%/' AND EXISTS (SELECT 1 FROM arrival a WHERE a.path = substr(r.path, 1, length(r.path) - 1))",
    );
  }

  #where(condition: string): Removal[] {
    const rows = this.#db.all<RemovalRow>(`SELECT r.* FROM removal r WHERE ${condition} ORDER BY r.path`);
    return rows.map(toRemoval);
  }
}
