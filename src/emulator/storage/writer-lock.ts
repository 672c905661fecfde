import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile, makePrivateFolder } from './private-files.ts';

/**
 * Says which processes may be writing to a data folder. Each holds a lock file of its own, locked by SQLite, so that
 * the system lets go of it when the process ends, however it ends.
 */
export class WriterLock {
  /** Names this writer's blobs; no two writers ever share it. */
  readonly token: string;
  readonly #folder: string;
  readonly #lock: DatabaseSync;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'writers');
    makePrivateFolder(this.#folder);
    this.token = randomBytes(6).toString('hex');
    // The lock file gets its real name only when it is locked: other processes would take an unlocked one for the
    // file of a dead writer.
    const unlocked = join(this.#folder, `${this.token}.new`);
    makePrivateFile(unlocked);
    this.#lock = lockFile(unlocked)!;
    renameSync(unlocked, this.#path(this.token));
  }

  /**
   * Writers that ended without cleaning up. While `handle` runs, no other process handles the same one; afterwards it is
   * forgotten, unless `handle` rejects.
   */
  async forEachDead(handle: (token: string) => Promise<void>): Promise<void> {
    for (const file of readdirSync(this.#folder)) {
      const token = /^([0-9a-f]+)\.lock$/.exec(file)?.[1];
      if (token === undefined || token === this.token) continue;
      const lock = lockFile(this.#path(token));
      if (lock === undefined) continue;
      try {
        await handle(token);
        rmSync(this.#path(token), { force: true });
      } finally {
        lock.close();
      }
    }
  }

  /** Whether a writer of that name runs, or ended without cleaning up. */
  isAnnounced(token: string): boolean {
    return existsSync(this.#path(token));
  }

  /** To be called when everything that this writer wrote has a name or is deleted. */
  release(): void {
    rmSync(this.#path(this.token), { force: true });
    this.#lock.close();
  }

  #path(token: string): string {
    return join(this.#folder, `${token}.lock`);
  }
}

/** Undefined when someone else holds it. */
function lockFile(path: string): DatabaseSync | undefined {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    // Nothing is ever written to it, so it needs no journal file beside it.
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;');
    return db;
  } catch {
    db.close();
    return undefined;
  }
}
