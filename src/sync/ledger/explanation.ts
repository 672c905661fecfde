import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from './database/ledger-database.ts';
import type { LedgerRow } from './ledger-row.ts';

/** The last decision about a path. */
export interface Explanation {
  /** 'synced' for a path with a row; otherwise the kind of the note, as 'removed' or 'failed'. */
  readonly kind: string;
  readonly reason: string;
  /** The number of the run that decided. */
  readonly run: number;
  /** When that run started, in milliseconds since 1970; 0 when the run is not recorded any more. */
  readonly startedMs: number;
  readonly row?: LedgerRow;
  /** How far the file is on its way to a table, where that is known: files that no pipeline reads are on no way. */
  readonly table?: 'loaded' | 'not_loaded' | undefined;
}

interface Decided {
  readonly reason: string;
  readonly run: number;
  readonly started: number | null;
}

const NOTED =
  'SELECT v.kind, v.reason, v.run, r.started FROM verdict v LEFT JOIN run r ON r.id = v.run WHERE v.path = ?';
const KEPT =
  'SELECT e.reason, e.run, r.started FROM entry e LEFT JOIN run r ON r.id = e.run WHERE e.path = ?';

const HAS_LOADS = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'load'";
const ON_ITS_WAY = 'SELECT loaded FROM load WHERE path = ?';

/** What runs that asked a database found out of a file. A ledger of a former format has nothing of it. */
function wayToTable(db: LedgerDatabase, { path, loaded }: LedgerRow): Explanation['table'] {
  if (loaded === true) return 'loaded';
  if (db.sql(HAS_LOADS).get() === undefined) return undefined;
  const state = db.sql(ON_ITS_WAY).get(path)?.['loaded'];
  return state === 0 ? 'not_loaded' : state === 1 ? 'loaded' : undefined;
}

/** `row`: the ledger's row of the path. The later of row and note counts; undefined: there is neither. */
export function explain(
  db: LedgerDatabase,
  path: RelPath,
  row: LedgerRow | undefined,
): Explanation | undefined {
  const noted = db.sql(NOTED).get(path) as (Decided & { readonly kind: string }) | undefined;
  const kept = db.sql(KEPT).get(path) as unknown as Decided | undefined;
  if (noted !== undefined && (kept === undefined || noted.run > kept.run))
    return { ...explanation(noted.kind, noted), ...(row && { row }) };
  if (kept === undefined || row === undefined) return undefined;
  return { ...explanation('synced', kept), row, table: wayToTable(db, row) };
}

const explanation = (kind: string, { reason, run, started }: Decided): Explanation => ({
  kind,
  reason,
  run,
  startedMs: started ?? 0,
});
