import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isSyncError, SyncError } from '../../model/errors.ts';
import { checkLedger, labelsIn } from './database/check-ledger.ts';
import type { Holder, LockPair } from './pair-lock.ts';
import { pairName } from './pair-name.ts';
import { prepareSchema } from './database/schema.ts';
import { isBusy, stateError } from './database/state-errors.ts';

export interface TakeOver {
  readonly folder: string;
  /** The label that the source had when the pair was named by the path as it was typed. */
  readonly formerSource: string;
  readonly source: string;
  readonly destination: string;
  readonly lockPair: LockPair;
}

/** The file of the ledger that a pair had under its source's former label, if there is one. */
export function formerLedger({
  folder,
  formerSource,
  destination,
}: Pick<TakeOver, 'folder' | 'formerSource' | 'destination'>): string | undefined {
  const file = join(folder, `${pairName(formerSource, destination)}.sqlite`);
  return existsSync(file) ? file : undefined;
}

/** Whether the former ledger has the pair's own label already: a run was killed before the file had its name. */
export function isHalfTaken(former: string, source: string): boolean {
  try {
    using db = new DatabaseSync(former, { readOnly: true });
    return labelsIn(db, former).source === source;
  } catch {
    // what is wrong with the file is told by who opens the file to work with it
    return false;
  }
}

/**
 * Makes the ledger of a former label that of the pair, where the pair has none at `file`. The caller holds the pair;
 * who works under the former name makes it reject with `locked`. Killed at any moment, it is done by the next run.
 */
export function takeOver(pair: TakeOver, file: string, holder: Holder): void {
  const former = formerLedger(pair);
  if (former === undefined || existsSync(file)) return;
  const lock = pair.lockPair(former.replace(/sqlite$/, 'lock'), holder);
  try {
    const db = new DatabaseSync(former);
    try {
      prepareSchema(db, former, { ...pair, source: pair.formerSource });
      // a run that was killed before the last step has renamed the source already
      const { source } = labelsIn(db, former);
      checkLedger(db, former, { ...pair, source: source === pair.source ? source : pair.formerSource });
      db.prepare("UPDATE meta SET value = ? WHERE key = 'source'").run(pair.source);
      // all that its log holds goes into the file, and the log goes
      db.exec('PRAGMA journal_mode = DELETE');
    } finally {
      db.close();
    }
    if (existsSync(`${former}-wal`)) throw beingRead(former);
    renameSync(former, file);
  } catch (error) {
    if (isSyncError(error)) throw error;
    throw isBusy(error) ? beingRead(former) : stateError(former, error);
  } finally {
    lock.release();
  }
}

/** While a command reads the file, the log cannot go. */
const beingRead = (former: string): SyncError =>
  new SyncError('locked', `another command reads ${former} at this moment; run again`, {
    verdict: 'end_run',
  });
