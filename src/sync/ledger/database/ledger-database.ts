import type { DatabaseSync } from 'node:sqlite';
import type { Fence } from '../../../model/cluster/leader-election.ts';
import type { RelPath } from '../../../model/path.ts';
import { isAscending } from './path-range.ts';
import type { PathRange } from './path-range.ts';
import { damaged, execute, mapped } from './state-errors.ts';
import { Statement } from './statement.ts';
import { tableColumns } from './table-columns.ts';

/** One connection to a ledger's file: statements are prepared once, failures come as SyncErrors. */
export class LedgerDatabase {
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, Statement>();
  #requiredColumns: ReadonlySet<string> | undefined;
  readonly #fence: Fence | undefined;
  readonly #beforeRun: (() => void) | undefined;
  #inTransaction = false;

  /** `fence` is asked before each commit. */
  constructor(db: DatabaseSync, file: string, fence?: Fence) {
    this.#db = db;
    this.file = file;
    this.#fence = fence;
    // a statement outside of a transaction is a commit of its own
    this.#beforeRun =
      fence &&
      ((): void => {
        if (!this.#inTransaction) fence.check();
      });
  }

  sql(text: string): Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = new Statement(this.#db, this.file, text, {
        required: this.#required(),
        beforeRun: this.#beforeRun,
      });
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** Without the columns of runs: a row may outlive the record of its run, and a join then has nulls in their place. */
  #required(): ReadonlySet<string> {
    this.#requiredColumns ??= new Set(
      tableColumns(this.#db, this.file).flatMap(({ name, required }) =>
        required && !name.startsWith('run.') ? [name] : [],
      ),
    );
    return this.#requiredColumns;
  }

  /** Runs `work` as one commit. Nested calls join the outer one. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    execute(this.#db, this.file, 'BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      this.#fence?.check();
      execute(this.#db, this.file, 'COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /**
   * Rejects with `state_unusable` a page of rows that is not in the order of its paths. A reader goes on from the last path
   * of a page: with a damaged index, which gives any path, it would read the same pages again and never end.
   */
  checkOrder(rows: readonly { readonly path: RelPath }[], range: PathRange): void {
    if (!isAscending(rows, range)) throw damaged(this.file, 'its paths are not in their order');
  }

  /** Never rejects: the error that led here matters more, and closing the file rolls back as well. */
  #rollBack(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // the caller throws the first error
    }
  }

  /** Gives back the pages that SQLite keeps in memory, up to 2 MB; they are read again when they are wanted. */
  releaseMemory(): void {
    execute(this.#db, this.file, 'PRAGMA shrink_memory');
  }

  close(): void {
    this.#statements.clear();
    try {
      this.#db.close();
    } catch (error) {
      throw mapped(this.file, error);
    }
  }
}
