import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ledger } from './ledger.ts';
import { openLedger, pairName } from './open-ledger.ts';
import type { LedgerOptions } from './open-ledger.ts';
import { prepareSchema } from './database/schema.ts';
import { formerLedger, isHalfTaken } from './take-over.ts';

/**
 * The ledger for a run that records nothing. A pair that has a ledger is locked and opened as always, so that no
 * other run changes the ledger meanwhile. A pair that was never synced gets an empty ledger in memory; neither a file nor a
 * state folder is made for it. Rejects as openLedger does.
 */
export function openDryRunLedger(options: LedgerOptions): Ledger {
  const name = `${pairName(options.source, options.destination)}.sqlite`;
  if (existsSync(join(options.folder, name))) return openLedger(options);
  const { formerSource } = options;
  const former = formerSource === undefined ? undefined : formerLedger({ ...options, formerSource });
  if (formerSource !== undefined && former !== undefined)
    // read where it lies: what is taken over is taken over by a run that records something, and ended by any
    return isHalfTaken(former, options.source)
      ? openLedger(options)
      : openLedger({ ...options, source: formerSource, formerSource: undefined });
  const db = new DatabaseSync(':memory:');
  prepareSchema(db, ':memory:', options);
  return new Ledger(db, undefined, ':memory:');
}
