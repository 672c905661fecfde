import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SyncError, messageOf } from '../../model/errors.ts';

/** Who holds a pair, as its holder wrote it. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface PairLock {
  release(): void;
}

/**
 * Keeps two runs off one pair. The lock is SQLite's own lock on a small file, held by the operating system for as
 * long as this process lives: a killed run leaves nothing stale behind.
 * Rejects with `locked` naming the holder, or `state_unusable`.
 */
export function lockPair(file: string, holder: Holder): PairLock {
  const about = `${file}.holder`;
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw unusable(file, error);
  }
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(about, JSON.stringify(holder));
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw unusable(file, error);
    throw new SyncError(
      'locked',
      `another run works on this source and destination: ${describe(readHolder(file))}; wait for it to end, or stop it`,
      { verdict: 'end_run' },
    );
  }
  return { release: () => db.close() };
}

/** The note beside a lock file, if there is one. It does not say that the holder still lives; the lock does. */
export function readHolder(file: string): Holder | undefined {
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

/** SQLITE_BUSY is 5; its extended codes keep it in the low byte. */
const isBusy = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;

export function unusable(file: string, error: unknown): SyncError {
  return new SyncError(
    'state_unusable',
    `cannot keep state in ${file}: ${messageOf(error)}; make the folder writable, or set XDG_STATE_HOME to one that is`,
    { verdict: 'end_run', cause: error },
  );
}
