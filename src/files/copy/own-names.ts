import { DatabaseSync } from 'node:sqlite';

/**
 * The names that were given away in one folder. They wait in a temporary file that SQLite removes by itself, so that memory does
 * not grow with their number.
 */
export class OwnNames implements Disposable {
  #database: DatabaseSync | undefined;
  #add: ReturnType<DatabaseSync['prepare']> | undefined;
  #first: string | undefined;

  /** Whether the name was free. */
  take(name: string): boolean {
    if (this.#first === undefined) {
      this.#first = name;
      return true;
    }
    this.#add ??= this.#open(this.#first);
    return this.#add.run(name).changes === 1;
  }

  [Symbol.dispose](): void {
    this.#database?.close();
  }

  #open(first: string): ReturnType<DatabaseSync['prepare']> {
    // the empty name is that of a private database on the disk
    this.#database = new DatabaseSync('');
    this.#database.exec('CREATE TABLE own (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID');
    const add = this.#database.prepare('INSERT OR IGNORE INTO own VALUES (?)');
    add.run(first);
    return add;
  }
}
