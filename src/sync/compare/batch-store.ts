import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';

/**
 * Batches that wait for their turn, first in, first out, in a temporary SQLite file that vanishes with its connection.
 * What is in them has to be plain data.
 */
export class BatchStore<T> implements Disposable {
  // an empty name is SQLite's own temporary database: in memory while small, on disk beyond, never left behind
  readonly #db = new DatabaseSync('');
  readonly #add: StatementSync;
  readonly #first: StatementSync;
  readonly #drop: StatementSync;
  #size = 0;

  constructor() {
    this.#db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000;
      CREATE TABLE batch (turn INTEGER PRIMARY KEY, text TEXT) STRICT; BEGIN`);
    this.#add = this.#db.prepare('INSERT INTO batch (text) VALUES (?)');
    this.#first = this.#db.prepare('SELECT turn, text FROM batch ORDER BY turn LIMIT 1');
    this.#drop = this.#db.prepare('DELETE FROM batch WHERE turn = ?');
  }

  /** Batches that wait. */
  get size(): number {
    return this.#size;
  }

  /** Throws the error of SQLite where the disk takes no more; the batch is then not in it. */
  add(batch: readonly T[]): void {
    this.#add.run(JSON.stringify(batch));
    this.#size++;
  }

  /** The batch that waits longest; undefined where none does. */
  take(): readonly T[] | undefined {
    if (this.#size === 0) return undefined;
    const row = this.#first.get() as { readonly turn: number; readonly text: string };
    this.#drop.run(row.turn);
    this.#size--;
    return JSON.parse(row.text) as T[];
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
