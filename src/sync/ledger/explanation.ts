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
  return kept === undefined || row === undefined ? undefined : { ...explanation('synced', kept), row };
}

const explanation = (kind: string, { reason, run, started }: Decided): Explanation => ({
  kind,
  reason,
  run,
  startedMs: started ?? 0,
});
