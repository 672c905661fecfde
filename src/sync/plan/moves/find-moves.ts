import type { Arrival } from '../planned.ts';
import { byPath, PAGE } from '../store/plan-database.ts';
import type { PlanDatabase } from '../store/plan-database.ts';
import { toArrival } from '../store/plan-rows.ts';
import type { ArrivalRow } from '../store/plan-rows.ts';

const UNPAIRED_ARRIVAL = 'NOT EXISTS (SELECT 1 FROM pair p WHERE p.to_path = a.path)';
const UNPAIRED_FREED = 'NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path)';

const PAIR_BY_IDENTITY = `
  CREATE INDEX freed_identity ON freed (identity) WHERE identity IS NOT NULL;
  CREATE INDEX arrival_identity ON arrival (identity) WHERE identity IS NOT NULL;
  INSERT INTO pair SELECT f.path, a.path, a.before_size IS NOT NULL, 1, 0, 0 FROM arrival a JOIN freed f ON f.identity = a.identity
    WHERE a.size > 0 AND a.size = f.size AND a.path <> f.path
    AND (SELECT count(*) FROM arrival x WHERE x.identity = a.identity) = 1
    AND (SELECT count(*) FROM freed y WHERE y.identity = f.identity) = 1;
  CREATE INDEX freed_digest ON freed (size, digest) WHERE digest IS NOT NULL;`;

const WANTS_DIGEST = `
  SELECT * FROM arrival a WHERE a.path > ? AND a.size > 0 AND a.digest IS NULL AND ${UNPAIRED_ARRIVAL}
    AND EXISTS (SELECT 1 FROM freed f WHERE f.size = a.size AND f.digest IS NOT NULL AND ${UNPAIRED_FREED})
    ORDER BY a.path LIMIT ${PAGE}`;

const PAIR_BY_DIGEST = `
  CREATE INDEX arrival_digest ON arrival (size, digest) WHERE digest IS NOT NULL;
  INSERT INTO pair SELECT f.path, a.path, a.before_size IS NOT NULL, 1, 0, 0 FROM arrival a JOIN freed f ON f.size = a.size AND f.digest = a.digest
    WHERE a.size > 0 AND a.path <> f.path AND ${UNPAIRED_ARRIVAL} AND ${UNPAIRED_FREED}
    AND (SELECT count(*) FROM arrival x WHERE x.size = a.size AND x.digest = a.digest) = 1
    AND (SELECT count(*) FROM freed y WHERE y.size = f.size AND y.digest = f.digest) = 1;`;

/**
 * Pairs each arrival with the freed file that has the same identity, then the rest by size and digest. A pair is made only
 * where each is the only candidate for the other; an ambiguous arrival is uploaded.
 *
 * `digestOf` is asked for the arrivals whose size some freed file with a known digest has; undefined: the digest could
 * not be told. Not pure: reads and fills tables of the plan store, and waits for `digestOf`.
 */
export async function findMoves(
  db: PlanDatabase,
  digestOf: (arrival: Arrival) => Promise<string | undefined>,
): Promise<void> {
  db.exec(PAIR_BY_IDENTITY);
  for (const row of db.paged<ArrivalRow>((last) => db.all(WANTS_DIGEST, last?.path ?? ''), byPath)) {
    const digest = await digestOf(toArrival(row));
    if (digest !== undefined) db.run('UPDATE arrival SET digest = ? WHERE path = ?', digest, row.path);
  }
  db.exec(PAIR_BY_DIGEST);
}
