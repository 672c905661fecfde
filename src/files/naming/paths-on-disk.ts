import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { RelPath } from '../../model/path.ts';

/** Paths that are put together at a time: a commit each would be slow. */
const BATCH = 5000;

/**
 * Paths, each with a text, in a temporary file that SQLite removes by itself: there may be more than memory should hold. Made
 * only for lists that could have one path twice.
 */
export class PathsOnDisk implements Disposable {
  readonly #db = new DatabaseSync('');
  readonly #get: StatementSync;
  readonly #add: StatementSync;
  #uncommitted = 0;

  constructor() {
    this.#db.exec(
      'CREATE TABLE path (path TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID; BEGIN',
    );
    this.#get = this.#db.prepare('SELECT value FROM path WHERE path = ?');
    this.#add = this.#db.prepare('INSERT OR IGNORE INTO path VALUES (?, ?)');
  }

  get(path: RelPath): string | undefined {
    return this.#get.get(path)?.['value'] as string | undefined;
  }

  /** A path that is there keeps its text. */
  add(path: RelPath, value = ''): void {
    this.#add.run(path, value);
    if (++this.#uncommitted < BATCH) return;
    this.#uncommitted = 0;
    this.#db.exec('COMMIT; BEGIN');
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
