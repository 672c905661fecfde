import type { RelPath } from '../../../model/path.ts';
import { toArrival } from '../arrival.ts';
import type { Arrival, ArrivalRow } from '../arrival.ts';
import { PAGE } from '../store/plan-database.ts';
import type { PlanDatabase } from '../store/plan-database.ts';

/** A freed file and the arrival that has its content. */
export interface FoundPair {
  readonly from: RelPath;
  readonly to: RelPath;
  /** Stage has a file at `to`. */
  readonly occupied: boolean;
}

/**
 * Pairs each arrival with the freed file that has the same identity, then the rest by size and digest. Only where
 * it is the one candidate on both sides: what is ambiguous is uploaded. `digestOf` is asked for arrivals of a size
 * that some freed file with a known digest has; undefined: it could not be told.
 */
export async function findMoves(
  db: PlanDatabase,
  digestOf: (arrival: Arrival) => Promise<string | undefined>,
): Promise<void> {
  db.exec(`
    CREATE INDEX freed_identity ON freed (identity) WHERE identity IS NOT NULL;
    CREATE INDEX arrival_identity ON arrival (identity) WHERE identity IS NOT NULL;
    INSERT INTO pair SELECT f.path, a.path FROM arrival a JOIN freed f ON f.identity = a.identity
      WHERE a.size > 0 AND a.size = f.size AND a.path <> f.path
      AND (SELECT count(*) FROM arrival x WHERE x.identity = a.identity) = 1
      AND (SELECT count(*) FROM freed y WHERE y.identity = f.identity) = 1;
    CREATE INDEX freed_digest ON freed (size, digest) WHERE digest IS NOT NULL;`);
  const free = 'NOT EXISTS (SELECT 1 FROM pair p WHERE p.to_path = a.path)';
  const wanted =
    db.sql(`SELECT * FROM arrival a WHERE a.path > ? AND a.size > 0 AND a.digest IS NULL AND ${free}
    AND EXISTS (SELECT 1 FROM freed f WHERE f.size = a.size AND f.digest IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path)) ORDER BY a.path LIMIT ${PAGE}`);
  const learn = db.sql('UPDATE arrival SET digest = ? WHERE path = ?');
  for (let at = ''; ;) {
    const rows = wanted.all(at) as unknown as ArrivalRow[];
    for (const row of rows) {
      const digest = await digestOf(toArrival(row));
      if (digest !== undefined) learn.run(digest, row.path);
      at = row.path;
    }
    if (rows.length < PAGE) break;
  }
  db.exec(`
    CREATE INDEX arrival_digest ON arrival (size, digest) WHERE digest IS NOT NULL;
    INSERT INTO pair SELECT f.path, a.path FROM arrival a JOIN freed f ON f.size = a.size AND f.digest = a.digest
      WHERE a.size > 0 AND a.path <> f.path AND ${free}
      AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path)
      AND (SELECT count(*) FROM arrival x WHERE x.size = a.size AND x.digest = a.digest) = 1
      AND (SELECT count(*) FROM freed y WHERE y.size = f.size AND y.digest = f.digest) = 1;`);
}

/** The pairs found so far, by target. */
export function foundPairs(db: PlanDatabase): FoundPair[] {
  return db
    .sql(
      'SELECT p.from_path, p.to_path, a.before_size FROM pair p JOIN arrival a ON a.path = p.to_path ORDER BY p.to_path',
    )
    .all()
    .map((row) => ({
      from: row['from_path'] as string,
      to: row['to_path'] as string,
      occupied: row['before_size'] !== null,
    }));
}
