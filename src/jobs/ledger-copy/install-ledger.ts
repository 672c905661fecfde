import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The ending of what is on its way from or to a store, beside the ledger. */
export const ON_ITS_WAY = '.copying';

/** Removes what a killed run left beside the ledger `file`. The caller holds the pair. */
export function clearLeftovers(file: string): void {
  const name = basename(file);
  for (const each of readdirSync(dirname(file)))
    if (each.startsWith(name) && each.endsWith(ON_ITS_WAY))
      rmSync(join(dirname(file), each), { force: true });
}

/**
 * Makes `fetched` the ledger `file`. The caller holds the pair. A kill leaves the old ledger or the new one: the log of the old
 * one must be gone before the new one has its name, or SQLite would write it into that.
 */
export function installLedger(fetched: string, file: string): void {
  if (existsSync(file)) {
    try {
      using db = new DatabaseSync(file);
      db.exec('PRAGMA journal_mode = DELETE');
    } catch {
      // what cannot be opened goes with its log
      rmSync(file, { force: true });
    }
  }
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
  renameSync(fetched, file);
}
