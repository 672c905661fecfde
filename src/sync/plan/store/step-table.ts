import { comparePaths } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { byWayOf } from '../moves/move.ts';
import type { MoveStep, OrderedMove } from '../moves/move.ts';
import { byTo, outOfOrder, PAGE } from './plan-database.ts';
import type { Order, PlanDatabase } from './plan-database.ts';
import { toArrival } from './plan-rows.ts';
import type { ArrivalRow } from './plan-rows.ts';

/**
 * When a step is made. `outFirst`: files whose names folders need, before all else. `inLast`: files to names of folders that
 * go, once the folders are gone.
 */
export const PHASES = ['outFirst', 'folders', 'files', 'inLast'] as const;
export type Phase = (typeof PHASES)[number];

/** Steps of this rank come before all others of their phase. */
const FIRST = 0;
/** Steps of this rank come before those of higher ranks, in any order. */
const UNORDERED = 1;

interface StepRow {
  readonly rank: number;
  readonly from_path: RelPath;
  readonly to_path: RelPath;
  readonly half: 'out' | 'in' | null;
  readonly whole_from: RelPath | null;
  readonly whole_to: RelPath | null;
  readonly files: number;
}

const byTarget: Order<StepRow> = (a, b) => comparePaths(a.to_path, b.to_path);

const IN_PHASE = `SELECT s.*, m.path, m.reason, m.size, m.modified, m.version, m.identity, m.digest, m.before_size,
  m.before_modified FROM step s LEFT JOIN moved m ON m.path = coalesce(s.whole_to, s.to_path)
  WHERE s.phase = ? AND (s.rank, s.to_path) > (?, ?) ORDER BY s.rank, s.to_path LIMIT ${PAGE}`;

const IS_UNORDERED = `s.phase = ? AND s.rank = ${UNORDERED}`;
/** Another unordered step has to be made before this one, because it frees the target. */
const WAITS = `EXISTS (SELECT 1 FROM step n WHERE n.from_path = s.to_path AND n.phase = s.phase AND n.rank = ${UNORDERED})`;
/** Another unordered step has to be made after this one. */
const IS_WAITED_FOR = `EXISTS (SELECT 1 FROM step b WHERE b.to_path = s.from_path AND b.phase = s.phase AND b.rank = ${UNORDERED})`;

const ENDS_OF_CHAINS = `SELECT * FROM step s WHERE ${IS_UNORDERED} AND s.to_path > ? AND NOT ${WAITS} AND ${IS_WAITED_FOR}
  ORDER BY s.to_path LIMIT ${PAGE}`;
const NEXT_WAITING = `SELECT * FROM step s WHERE ${IS_UNORDERED} AND s.to_path > ? AND ${WAITS} ORDER BY s.to_path LIMIT 1`;

const CLASHES = `SELECT * FROM (
  SELECT s.from_path AS "from", s.to_path AS "to",
    (EXISTS (SELECT 1 FROM folder f WHERE f.path = s.from_path || '/')
      OR EXISTS (SELECT 1 FROM folder_move m WHERE m.to_path = s.from_path || '/')) AS leavesFirst,
    EXISTS (SELECT 1 FROM removal r WHERE r.path = s.to_path || '/') AS comesLast
  FROM step s WHERE s.phase = 'files' AND s.rank = ${UNORDERED} AND s.to_path > ?)
  WHERE leavesFirst OR comesLast ORDER BY "to" LIMIT ${PAGE}`;

/** A move of a file whose name is a file's at one time and a folder's at another. */
export interface Clash {
  readonly from: RelPath;
  readonly to: RelPath;
  /** A folder comes to the old name. */
  readonly leavesFirst: number;
  /** A folder has the new name, and goes. */
  readonly comesLast: number;
}

/** The moves of a plan, step by step. */
export class StepTable {
  readonly #db: PlanDatabase;
  #rank = UNORDERED;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add(phase: Phase, step: OrderedMove, { first = false }: { readonly first?: boolean } = {}): void {
    this.#insert(phase, step, { rank: first ? FIRST : UNORDERED, files: 1 });
  }

  /** The moves of all files that do not come with a folder. */
  addFiles(): void {
    this.#db.exec(`INSERT INTO step SELECT 'files', ${UNORDERED}, from_path, to_path, NULL, NULL, NULL, 1
      FROM pair WHERE moves = 1 AND carried = 0 ORDER BY to_path`);
  }

  addFolders(): void {
    this.#db
      .exec(`INSERT INTO step SELECT 'folders', ${UNORDERED}, from_path, to_path, NULL, NULL, NULL, files
      FROM folder_move ORDER BY to_path`);
  }

  /** The file is at another place when the move of `to` begins, because its folder has moved by then. */
  startFrom(from: RelPath, to: RelPath): void {
    const text = `UPDATE step SET from_path = ? WHERE phase = 'files' AND rank = ${UNORDERED} AND to_path = ?`;
    this.#db.run(text, from, to);
  }

  clashes(): Generator<Clash, void> {
    return this.#db.paged<Clash>((last) => this.#db.all(CLASHES, last?.to ?? ''), byTo);
  }

  drop({ from, to }: OrderedMove): void {
    this.#db.run('DELETE FROM step WHERE from_path = ? AND to_path = ?', from, to);
  }

  /**
   * Puts the steps of a phase in an order in which no target is occupied when its turn comes: the end of a chain first, and
   * one member of each cycle by way of a hidden name. Each path is the origin of at most one step and the target of at most
   * one, so that from the end of a chain one look at a time leads to its beginning. Steps that no other has to wait for,
   * which are nearly all, are not even read.
   */
  order(phase: Phase, hiddenName: (step: OrderedMove) => RelPath): void {
    const ends = this.#db.paged<StepRow>(
      (last) => this.#db.all(ENDS_OF_CHAINS, phase, last?.to_path ?? ''),
      byTarget,
    );
    for (const end of ends) this.#placeBackwards(phase, end);
    // a step that still waits for another is in a cycle
    for (let last = ''; ;) {
      const [cut] = this.#db.all<StepRow>(NEXT_WAITING, phase, last);
      if (cut === undefined) return;
      if (comparePaths(last, cut.to_path) >= 0) throw outOfOrder();
      const { files } = cut;
      const step = toStep(cut);
      const [out, back] = byWayOf(step, hiddenName(step));
      this.drop(step);
      this.#insert(phase, out, { rank: ++this.#rank, files: 0 });
      this.#placeBackwards(phase, this.#comingTo(phase, step.from));
      this.#insert(phase, back, { rank: ++this.#rank, files });
      last = cut.to_path;
    }
  }

  /** Places a step, and after it each time the one that waits for the step before. */
  #placeBackwards(phase: Phase, end: StepRow | undefined): void {
    const place = `UPDATE step SET rank = ? WHERE phase = ? AND rank = ${UNORDERED} AND to_path = ?`;
    for (let at = end; at !== undefined; at = this.#comingTo(phase, at.from_path))
      this.#db.run(place, ++this.#rank, phase, at.to_path);
  }

  #comingTo(phase: Phase, path: RelPath): StepRow | undefined {
    const text = `SELECT * FROM step s WHERE ${IS_UNORDERED} AND s.to_path = ?`;
    return this.#db.all<StepRow>(text, phase, path)[0];
  }

  /** The steps of a phase, in an order in which each comes after those that it has to wait for. */
  *of(phase: Phase): Generator<MoveStep, void> {
    const pages = this.#db.paged<StepRow & (ArrivalRow | { readonly path: null })>(
      (last) => this.#db.all(IN_PHASE, phase, last?.rank ?? FIRST, last?.to_path ?? ''),
      (a, b) => a.rank - b.rank || byTarget(a, b),
    );
    for (const row of pages)
      yield {
        ...toStep(row),
        files: row.files,
        arrival: row.path === null ? undefined : toArrival(row),
        independent: row.rank === UNORDERED,
      };
  }

  has(phase: Phase): boolean {
    return this.#db.has('SELECT 1 FROM step WHERE phase = ? LIMIT 1', phase);
  }

  count(): number {
    return this.#db.count('SELECT count(*) FROM step');
  }

  #insert(
    phase: Phase,
    { from, to, aside }: OrderedMove,
    { rank, files }: { readonly rank: number; readonly files: number },
  ): void {
    this.#db.run(
      'INSERT INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      phase,
      rank,
      from,
      to,
      aside?.half ?? null,
      aside?.whole.from ?? null,
      aside?.whole.to ?? null,
      files,
    );
  }
}

const toStep = ({ from_path, to_path, half, whole_from, whole_to }: StepRow): OrderedMove => ({
  from: from_path,
  to: to_path,
  ...(half !== null && { aside: { half, whole: { from: whole_from!, to: whole_to! } } }),
});
