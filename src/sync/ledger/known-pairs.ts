import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Ledger } from './ledger.ts';

/** A source and a destination that have been synced from this machine, by the labels of both. */
export interface KnownPair {
  readonly source: string;
  readonly destination: string;
  /** Without its ending: the ledger, the lock and the holder's note share it. */
  readonly file: string;
}

/** Every pair with a ledger in the state folder; files that are no readable ledger are passed over. */
export function knownPairs(folder: string): KnownPair[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
  } catch {
    // no state folder: nothing has been synced yet
    return [];
  }
  return names.sort().flatMap((name) => {
    const file = join(folder, name.slice(0, -'.sqlite'.length));
    try {
      using db = new DatabaseSync(`${file}.sqlite`, { readOnly: true });
      const rows = db.prepare("SELECT key, value FROM meta WHERE key IN ('source', 'destination')").all();
      const values = new Map(rows.map((row) => [row['key'] as string, row['value'] as string]));
      return [{ source: values.get('source') ?? '', destination: values.get('destination') ?? '', file }];
    } catch {
      return [];
    }
  });
}

/** A pair's ledger to read from, also while a run writes it. */
export const inspectLedger = (pair: KnownPair): Ledger =>
  new Ledger(new DatabaseSync(`${pair.file}.sqlite`, { readOnly: true }), undefined, `${pair.file}.sqlite`);
