import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile } from '../../storage/private-files.ts';

/**
 * Of several processes on a data folder one runs the pipelines of a group. It holds a lock of a file, which the system takes
 * from it when it dies.
 */
export class Leadership {
  readonly #path: string;
  #lock: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  get isHeld(): boolean {
    return this.#lock !== undefined;
  }

  /** Whether this process has it now. */
  take(): boolean {
    if (this.#lock !== undefined) return true;
    makePrivateFile(this.#path);
    const db = new DatabaseSync(this.#path, { timeout: 0 });
    try {
      // nothing is ever written to it, so it needs no journal file beside it
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
      this.#lock = db;
    } catch {
      db.close();
    }
    return this.#lock !== undefined;
  }

  release(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }
}
