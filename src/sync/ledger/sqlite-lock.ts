import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SyncError } from '../../model/errors.ts';
import type { Holder, LockPair } from './pair-lock.ts';
import { isBusy, stateError } from './database/state-errors.ts';

/**
 * The lock of a pair on one machine: SQLite's own lock on a small file. The operating system holds it for as long as this
 * process lives, so that a killed run leaves nothing stale behind.
 */
export const lockBySqlite: LockPair = (file, holder) => {
  const about = `${file}.holder`;
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw stateError(file, error);
  }
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(about, JSON.stringify(holder));
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw stateError(file, error);
    throw new SyncError(
      'locked',
      `another run works on this source and destination: ${describe(readHolder(file))}; wait for it to end, or stop it`,
      { verdict: 'end_run' },
    );
  }
  return { release: () => db.close() };
};

/** Who holds the lock at this moment, undefined when nobody does. Does not take the lock. */
export function whoHolds(file: string): Holder | undefined {
  if (!existsSync(file)) return undefined;
  try {
    using db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return undefined;
  } catch (error) {
    return isBusy(error) ? readHolder(file) : undefined;
  }
}

/** The note beside a lock file, if there is one. It does not say that the holder still lives; the lock does. */
function readHolder(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(`${file}.holder`, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, command, since } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof command !== 'string' || typeof since !== 'string') return undefined;
    return { pid, command, since };
  } catch {
    return undefined;
  }
}

const describe = (holder: Holder | undefined): string =>
  holder === undefined
    ? 'its process is not known'
    : `"${holder.command}", process ${holder.pid}, since ${holder.since}`;
