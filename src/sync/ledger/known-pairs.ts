import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
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
      using db = openReadOnly(`${file}.sqlite`);
      const rows = db.prepare("SELECT key, value FROM meta WHERE key IN ('source', 'destination')").all();
      const values = new Map(rows.map((row) => [row['key'] as string, row['value'] as string]));
      return [{ source: values.get('source') ?? '', destination: values.get('destination') ?? '', file }];
    } catch {
      return [];
    }
  });
}

/** A pair's ledger to read from, also while a run writes it. */
export function inspectLedger(pair: KnownPair): Ledger {
  const file = `${pair.file}.sqlite`;
  return new Ledger(openReadOnly(file), undefined, file);
}

/**
 * SQLite wants to write beside a ledger even to read it. Where it may not, in a folder that is read-only to us, it has to
 * be told that nothing changes; what a run that was killed there left beside the ledger is then not seen.
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
