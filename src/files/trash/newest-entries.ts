import { DatabaseSync } from 'node:sqlite';
import type { RelPath } from '../../model/path.ts';

/** What is to come back, and where it is. */
export interface Restorable {
  readonly path: RelPath;
  readonly place: RelPath;
  readonly pathFile: RelPath | undefined;
  readonly removedMs: number;
}

/** Of each path what was removed last, in a temporary database: there may be more than memory should hold. */
export class NewestEntries implements Disposable {
  readonly #db = new DatabaseSync('');

  constructor() {
    this.#db.exec(
      'CREATE TABLE entry (path TEXT PRIMARY KEY, place TEXT NOT NULL, path_file TEXT, removed INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
  }

  add({ path, place, pathFile, removedMs }: Restorable): void {
    this.#db
      .prepare(
        `INSERT INTO entry VALUES (?1, ?2, ?3, ?4) ON CONFLICT (path) DO UPDATE
         SET place = ?2, path_file = ?3, removed = ?4 WHERE ?4 >= removed`,
      )
      .run(path, place, pathFile ?? null, removedMs);
  }

  has(path: RelPath): boolean {
    return this.#db.prepare('SELECT 1 FROM entry WHERE path = ?').get(path) !== undefined;
  }

  /** What was removed last comes first. */
  *all(): Generator<Restorable, void> {
    const rows = this.#db.prepare('SELECT * FROM entry ORDER BY removed DESC, path');
    for (const row of rows.iterate())
      yield {
        path: row['path'] as string,
        place: row['place'] as string,
        pathFile: (row['path_file'] as string | null) ?? undefined,
        removedMs: row['removed'] as number,
      };
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
