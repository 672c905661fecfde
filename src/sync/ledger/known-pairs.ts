import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isSyncError, messageOf, SyncError } from '../../model/errors.ts';
import { checkLedger, labelsIn } from './database/check-ledger.ts';
import { Ledger } from './ledger.ts';
import { pairName } from './pair-name.ts';
import { SCHEMA_VERSION } from './database/schema.ts';
import { damaged, stateError } from './database/state-errors.ts';

/** A source and a destination that have been synced from this machine, by the labels of both. */
export interface KnownPair {
  readonly source: string;
  readonly destination: string;
  /** Without its ending: the ledger, the lock and the holder's note share it. */
  readonly file: string;
  /** Of an older release; the next run of the pair brings it up to date. */
  readonly older: boolean;
  /** The name of the last job that ran with one. */
  readonly job?: string | undefined;
}

export interface KnownPairs {
  readonly pairs: readonly KnownPair[];
  /** One for each ledger that cannot be read, as `state_unusable`. */
  readonly unusable: readonly SyncError[];
}

/** As pairName makes it. */
const LEDGER = /^[0-9a-f]{24}\.sqlite$/;

/**
 * Every pair with a ledger in the state folder. Files with other names are passed over, and so are ledgers in which
 * nothing has been written yet. Rejects with `state_unusable` when the folder is there and cannot be looked into.
 */
export function knownPairs(folder: string): KnownPairs {
  const pairs: KnownPair[] = [];
  const unusable: SyncError[] = [];
  for (const name of namesIn(folder)
    .filter((each) => LEDGER.test(each))
    .sort()) {
    const file = join(folder, name);
    try {
      using db = openReadOnly(file);
      const { version, tables } = db
        .prepare(
          'SELECT user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables FROM pragma_user_version',
        )
        .get() as { version: number; tables: number };
      if (version === 0 && tables === 0) continue;
      if (version > SCHEMA_VERSION) throw newer(file);
      const { source, destination, job } = labelsIn(db, file);
      if (source === undefined || destination === undefined)
        throw damaged(file, 'it does not say of which pair it is');
      const pair = {
        source,
        destination,
        file: file.slice(0, -'.sqlite'.length),
        older: version < SCHEMA_VERSION,
        ...(job !== undefined && { job }),
      };
      if (name !== `${pairName(source, destination)}.sqlite`) throw misnamed(file, pair);
      if (!pair.older) checkLedger(db, file, pair);
      pairs.push(pair);
    } catch (error) {
      // a file that was removed since it was listed is no trouble: that is the advice for a damaged one
      if (existsSync(file)) unusable.push(isSyncError(error) ? error : stateError(file, error));
    }
  }
  return { pairs, unusable };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    // no state folder: nothing has been synced yet
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new SyncError(
      'state_unusable',
      `cannot look into the state folder ${folder}: ${messageOf(error)}; make it readable, or set XDG_STATE_HOME`,
      { verdict: 'end_run', cause: error },
    );
  }
}

/** Copied by somebody; or a run was killed while the ledger was taken over from a former path of the source. */
const misnamed = (file: string, { source, destination }: KnownPair): SyncError =>
  new SyncError(
    'state_unusable',
    `the file ${file} has the name of another pair than its own, ${source} -> ${destination}: run that pair once, with the source named as ever, and if the file is still there then, delete it`,
    { verdict: 'end_run' },
  );

const newer = (file: string): SyncError =>
  new SyncError('state_unusable', `the ledger ${file} was written by a newer stagesync; upgrade stagesync`, {
    verdict: 'end_run',
  });

/** A pair's ledger to read from, also while a run writes it. Rejects with `state_unusable`, as all that it reads. */
export function inspectLedger(pair: KnownPair): Ledger {
  const file = `${pair.file}.sqlite`;
  try {
    return new Ledger(openReadOnly(file), undefined, file);
  } catch (error) {
    throw stateError(file, error);
  }
}

/**
 * SQLite wants to write beside a ledger even to read it. In a folder that we may only read, SQLite has to be told that
 * nothing changes. What a killed run left beside the ledger is then not seen.
 */
function openReadOnly(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    db.prepare('SELECT 1 FROM sqlite_schema').get();
    return db;
  } catch {
    db.close();
    const url = pathToFileURL(file);
    url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true });
  }
}
