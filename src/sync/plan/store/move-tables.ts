import type { RelPath } from '../../../model/path.ts';
import { findMoves, foundPairs } from '../moves/find-moves.ts';
import type { FoundPair } from '../moves/find-moves.ts';
import type { Arrival, Freed } from '../planned.ts';
import type { PlanDatabase } from './plan-database.ts';
import { toFreed } from './plan-rows.ts';
import type { FreedRow } from './plan-rows.ts';

export class FreedTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add({ path, size, identity, digest, gone }: Freed): void {
    this.#db.run(
      'INSERT OR REPLACE INTO freed VALUES (?, ?, ?, ?, ?)',
      path,
      size,
      identity ?? null,
      digest ?? null,
      gone ? 1 : 0,
    );
  }

  get(path: RelPath): Freed | undefined {
    const [row] = this.#db.at<FreedRow>('freed', path);
    return row === undefined ? undefined : toFreed(row);
  }

  /** Those below `folder`. */
  within(folder: RelPath): Freed[] {
    return this.#db.within<FreedRow>('freed', folder).map(toFreed);
  }
}

/** The pairs of a freed file and an arrival with the same content. */
export class PairTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  /** Finds the pairs among arrivals and freed files; see findMoves. */
  find(digestOf: (arrival: Arrival) => Promise<string | undefined>): Promise<void> {
    return findMoves(this.#db, digestOf);
  }

  /** The pairs found, in the order of their targets. */
  all(): FoundPair[] {
    return foundPairs(this.#db);
  }

  /** Whether the path is that of either file of a pair. */
  has(path: RelPath): boolean {
    return this.#db.all('SELECT 1 FROM pair WHERE from_path = ?1 OR to_path = ?1', path).length > 0;
  }

  drop(from: RelPath): void {
    this.#db.run('DELETE FROM pair WHERE from_path = ?', from);
  }

  /** The pairs whose two files have one identity: the origin by that identity. */
  originsByIdentity(): Map<string, RelPath> {
    const rows = this.#db.all<{ identity: string; path: RelPath }>(
      'SELECT f.identity, f.path FROM pair p JOIN freed f ON f.path = p.from_path JOIN arrival a ON a.path = p.to_path WHERE f.identity = a.identity',
    );
    return new Map(rows.map(({ identity, path }) => [identity, path]));
  }
}
