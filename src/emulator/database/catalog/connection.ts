import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { makePrivateFile } from '../../storage/private-files.ts';
import { checkpointInThread } from './checkpoint-thread.ts';
import { CATALOG } from './schema.ts';

/** How long a statement that is carried out at once waits for another process, in milliseconds. */
const BUSY_MS = 10_000;
/** How long a transaction waits for one of another process, which may load a large file, and how often it tries. */
const LONGEST_WAIT_MS = 600_000;
const TRY_MS = 10;
const SQLITE_BUSY = 5;
/** A log up to this size stays as it is. */
const SMALL_LOG_BYTES = 4_000_000;
/** One up to this size is copied in some 20 ms. */
const LARGE_LOG_BYTES = 6_000_000;

export interface ConnectionOptions {
  readonly checkpoint?: ((path: string) => Promise<void>) | undefined;
}

/**
 * The SQLite file that has the databases of one workspace group. One connection writes, and another reads, so that a reader
 * sees nothing of a load that is not over. Several of these, in one process or in several, may have the file open.
 */
export class Connection {
  readonly writer: DatabaseSync;
  readonly reader: DatabaseSync;
  readonly #path: string;
  readonly #checkpoint: (path: string) => Promise<void>;
  #last: Promise<unknown> = Promise.resolve();
  #checkpointing: Promise<void> | undefined;

  /** `checkpoint`: copies a large log into the file. Default: a thread does. */
  constructor(path: string, { checkpoint = checkpointInThread }: ConnectionOptions = {}) {
    this.#path = path;
    this.#checkpoint = checkpoint;
    makePrivateFile(path);
    this.writer = new DatabaseSync(path, { timeout: BUSY_MS });
    // NORMAL: a killed process loses nothing, a power cut may lose the last changes but never breaks the file
    // a large log is never copied within a commit, where it would keep the process from answering
    this.writer.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${SMALL_LOG_BYTES};`,
    );
    if (!hasCatalog(this.writer)) this.writer.exec(`BEGIN IMMEDIATE; ${CATALOG} COMMIT;`);
    // to wait within SQLite would keep this process from ending a transaction that it has open elsewhere
    this.writer.exec('PRAGMA busy_timeout = 0;');
    this.reader = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  }

  /**
   * All of what `work` writes, or nothing; one at a time. `work` may wait: what reads goes on meanwhile, other writers wait. It
   * must not call this again.
   */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      await this.#begin();
      try {
        const value = await work();
        this.writer.exec('COMMIT');
        this.#shortenLog();
        return value;
      } catch (error) {
        if (this.writer.isTransaction) this.writer.exec('ROLLBACK');
        throw error;
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Copies a log that has grown into the file: a small one at once, a large one beside what goes on. */
  #shortenLog(): void {
    const size = statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (size <= SMALL_LOG_BYTES || this.#checkpointing !== undefined) return;
    if (size <= LARGE_LOG_BYTES) return this.writer.exec('PRAGMA wal_checkpoint(PASSIVE)');
    this.#checkpointing = this.#checkpoint(this.#path).finally(() => {
      this.#checkpointing = undefined;
    });
  }

  async #begin(): Promise<void> {
    for (const end = performance.now() + LONGEST_WAIT_MS; ;) {
      try {
        this.writer.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        const isBusy = (error as { errcode?: unknown }).errcode === SQLITE_BUSY;
        if (!isBusy || performance.now() > end) throw error;
      }
      await sleep(TRY_MS);
    }
  }

  /** Resolves when no transaction is under way, and no log is being copied. */
  async idle(): Promise<void> {
    await this.#last;
    await this.#checkpointing;
  }

  /** To be called when nothing is in progress any more. */
  close(): void {
    this.reader.close();
    this.writer.close();
  }
}

/** Whether what is made last is there. */
const hasCatalog = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'catalog_errors_by_pipeline'").get() !== undefined;
