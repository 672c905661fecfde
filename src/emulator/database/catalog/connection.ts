import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile } from '../../storage/private-files.ts';
import { CATALOG } from './schema.ts';

/** How long a statement waits for another process that writes to the same file, in milliseconds. */
const BUSY_MS = 10_000;

/**
 * The SQLite file that has the databases of one workspace group. One connection writes, and another reads, so that a reader
 * sees nothing of a load that is not over.
 */
export class Connection {
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
  readonly path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
    makePrivateFile(path);
    this.writer = new DatabaseSync(path, { timeout: BUSY_MS });
    // NORMAL: a killed process loses nothing, a power cut may lose the last changes but never breaks the file
    this.writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.writer.exec(`BEGIN IMMEDIATE; ${CATALOG} COMMIT;`);
    this.reader = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  }

  /**
   * All of what `work` writes, or nothing; one at a time. `work` may wait: what reads goes on meanwhile, other writers wait. It
   * must not call this again.
   */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      this.writer.exec('BEGIN IMMEDIATE');
      try {
        const value = await work();
        this.writer.exec('COMMIT');
        return value;
      } catch (error) {
        if (this.writer.isTransaction) this.writer.exec('ROLLBACK');
        throw error;
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when no transaction is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** To be called when nothing is in progress any more. */
  close(): void {
    this.reader.close();
    this.writer.close();
  }
}
