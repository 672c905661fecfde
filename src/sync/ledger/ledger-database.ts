import type { DatabaseSync } from 'node:sqlite';
import { execute, Statement } from './state-errors.ts';

/** One connection to a ledger's file: statements are prepared once, failures come as SyncErrors. */
export class LedgerDatabase {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  #inTransaction = false;

  constructor(db: DatabaseSync, file: string) {
    this.#db = db;
    this.file = file;
  }

  sql(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = new Statement(this.#db, this.file, text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Runs `work` as one commit. Nested calls join the outer one. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    execute(this.#db, this.file, 'BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      execute(this.#db, this.file, 'COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
