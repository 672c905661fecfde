import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolders } from '../../disk/make-folders.ts';
import type { Fence } from '../../model/cluster/leader-election.ts';
import { isSyncError } from '../../model/errors.ts';
import { checkLedger } from './database/check-ledger.ts';
import { Ledger } from './ledger.ts';
import type { Holder, LockPair, PairLock } from './pair-lock.ts';
import { lockBySqlite } from './sqlite-lock.ts';
import { pairName } from './pair-name.ts';
import { prepareSchema } from './database/schema.ts';
import { stateError } from './database/state-errors.ts';
import { takeOver } from './take-over.ts';

export { pairName } from './pair-name.ts';

export interface LedgerOptions {
  /** The state folder; made when missing. */
  readonly folder: string;
  /** Labels of both ends; together they name the pair. */
  readonly source: string;
  /** Another label that the source once had; a ledger that is kept under it is taken over. */
  readonly formerSource?: string | undefined;
  readonly destination: string;
  /** The command and process that hold the pair, to tell a second run. */
  readonly command: string;
  readonly pid: number;
  /** Asked before each commit; what it throws rolls the commit back. */
  readonly fence?: Fence | undefined;
  /** Keeps two runs off the pair. Default: a lock that holds on this machine. */
  readonly lockPair?: LockPair | undefined;
}

/** Makes the folder of ledgers for this user alone. Rejects with `state_unusable`; `file`: what is to lie in it. */
export function makeStateFolder(folder: string, file: string): void {
  try {
    makeFolders(folder, { mode: 0o700 });
  } catch (error) {
    throw stateError(file, error);
  }
}

/**
 * Opens the ledger of a pair and takes its lock. Rejects with `locked`, or with `state_unusable` when the folder
 * cannot be written or the file is not a ledger of this release.
 */
export function openLedger(options: LedgerOptions): Ledger {
  const name = pairName(options.source, options.destination);
  const file = join(options.folder, `${name}.sqlite`);
  const { formerSource, pid, command, lockPair = lockBySqlite } = options;
  const holder: Holder = { pid, command, since: new Date().toISOString() };
  let lock: PairLock | undefined;
  let db: DatabaseSync | undefined;
  try {
    makeStateFolder(options.folder, file);
    lock = lockPair(join(options.folder, `${name}.lock`), holder);
    if (formerSource !== undefined) takeOver({ ...options, formerSource, lockPair }, file, holder);
    db = new DatabaseSync(file);
    prepareSchema(db, file, options);
    checkLedger(db, file, options);
    return new Ledger(db, lock, file, options.fence);
  } catch (error) {
    // made before anything is closed: only then can it be told whether too many files are open
    const failed = isSyncError(error) ? error : stateError(file, error);
    db?.close();
    lock?.release();
    throw failed;
  }
}
