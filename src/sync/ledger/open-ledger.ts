import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isSyncError } from '../../model/errors.ts';
import { Ledger } from './ledger.ts';
import { lockPair } from './lock.ts';
import type { PairLock } from './lock.ts';
import { prepareSchema } from './schema.ts';
import { stateError } from './state-errors.ts';

export interface LedgerOptions {
  /** The state folder; made when missing. */
  readonly folder: string;
  /** Labels of both ends; together they name the pair. */
  readonly source: string;
  readonly destination: string;
  /** The command and process that hold the pair, to tell a second run. */
  readonly command: string;
  readonly pid: number;
}

/** The file name of a pair's state, without its ending. */
export const pairName = (source: string, destination: string): string =>
  createHash('sha256').update(`${source}\n${destination}`).digest('hex').slice(0, 24);

/**
 * Opens the ledger of a pair and takes its lock. Rejects with `locked`, or with `state_unusable` when the folder
 * cannot be written or the file is not a ledger of this release.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const name = pairName(options.source, options.destination);
  const file = join(options.folder, `${name}.sqlite`);
  let lock: PairLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    lock = lockPair(join(options.folder, `${name}.lock`), {
      pid: options.pid,
      command: options.command,
      since: new Date().toISOString(),
    });
    db = new DatabaseSync(file);
    prepareSchema(db, file, options);
    return new Ledger(db, lock, file);
  } catch (error) {
    // before anything is closed: with these files open too, there may have been too many
    const failed = isSyncError(error) ? error : stateError(file, error);
    db?.close();
    lock?.release();
    throw failed;
  }
}
