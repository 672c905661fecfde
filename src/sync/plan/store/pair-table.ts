import { afterFolder } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { findMoves } from '../moves/find-moves.ts';
import type { Move } from '../moves/move.ts';
import type { Arrival } from '../planned.ts';
import type { FolderMoveTable } from './folder-move-table.ts';
import { byFrom, byTo, PAGE } from './plan-database.ts';
import type { PlanDatabase } from './plan-database.ts';

/**
 * A pair whose target is taken is left out when the file there is not in a movable pair; and then the pair is left out
 * whose target that file was to free, and so on.
 */
const LEAVE_OUT_TAKEN = `
  WITH RECURSIVE stays (path) AS (
    SELECT p.from_path FROM pair p WHERE p.movable = 1 AND p.occupied = 1
      AND NOT EXISTS (SELECT 1 FROM pair q WHERE q.from_path = p.to_path AND q.movable = 1)
    UNION ALL
    SELECT p.from_path FROM stays s JOIN pair p ON p.to_path = s.path WHERE p.movable = 1 AND p.occupied = 1)
  UPDATE pair SET movable = 0 WHERE from_path IN (SELECT path FROM stays)`;

const WITH_IDENTITIES = `
  SELECT f.identity, f.path FROM json_each(?) j CROSS JOIN freed f ON f.identity = j.value
    JOIN pair p ON p.from_path = f.path JOIN arrival a ON a.path = p.to_path WHERE a.identity = f.identity`;

/** Pairs apart from the move of a folder, to places in its new folder to which it brings another file, which does not move on. */
const TAKEN_BY_FOLDER = `
  SELECT p.from_path AS "from", p.to_path AS "to" FROM pair p JOIN freed f ON f.path = ?1 || substr(p.to_path, length(?2) + 1)
    WHERE p.to_path > ?3 AND p.to_path < ?4 AND p.moves = 1 AND p.carried = 0
    AND NOT EXISTS (SELECT 1 FROM pair q WHERE q.from_path = f.path AND q.moves = 1)
    ORDER BY p.to_path LIMIT ${PAGE}`;

/**
 * The pairs of a freed file and an arrival with the same content. Of these, those are movable whose target is free when its
 * turn comes; and of these, those move that no moved folder stands in the way of: by themselves, or carried by a folder.
 */
export class PairTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  /** Finds the pairs among arrivals and freed files; see findMoves. */
  find(digestOf: (arrival: Arrival) => Promise<string | undefined>): Promise<void> {
    return findMoves(this.#db, digestOf);
  }

  add({ from, to }: Move, { moves = true }: { readonly moves?: boolean } = {}): void {
    this.#db.run('INSERT INTO pair VALUES (?, ?, 0, 1, ?, 0)', from, to, moves ? 1 : 0);
  }

  drop(from: RelPath): void {
    this.#db.run('DELETE FROM pair WHERE from_path = ?', from);
  }

  isEmpty(): boolean {
    return !this.#db.has('SELECT 1 FROM pair LIMIT 1');
  }

  /** Where the content of a freed file arrives: undefined where it does not, or does not any more. */
  arrivalOf(from: RelPath): { readonly path: RelPath; readonly moves: boolean } | undefined {
    const text =
      'SELECT to_path AS path, moves FROM pair WHERE from_path = ? AND EXISTS (SELECT 1 FROM arrival WHERE path = to_path)';
    const [found] = this.#db.all<{ path: RelPath; moves: number }>(text, from);
    return found && { path: found.path, moves: found.moves === 1 };
  }

  /** The pairs whose two files have one of these identities: the origin by that identity. */
  withIdentities(identities: readonly string[]): Map<string, RelPath> {
    const rows = this.#db.all<{ identity: string; path: RelPath }>(
      WITH_IDENTITIES,
      JSON.stringify(identities),
    );
    return new Map(rows.map(({ identity, path }) => [identity, path]));
  }

  /**
   * Leaves out of the movable pairs those whose arrival was given up, and those whose target is taken by a file that
   * stays.
   */
  narrowMovable(): void {
    this.#db.run(
      'UPDATE pair SET movable = 0 WHERE movable = 1 AND NOT EXISTS (SELECT 1 FROM arrival WHERE path = to_path)',
    );
    this.#db.run(LEAVE_OUT_TAKEN);
  }

  /** In the order of their targets. */
  all(): Generator<Move, void> {
    const text = `SELECT from_path AS "from", to_path AS "to" FROM pair WHERE to_path > ? ORDER BY to_path LIMIT ${PAGE}`;
    return this.#db.paged<Move>((last) => this.#db.all(text, last?.to ?? ''), byTo);
  }

  /** The movable pairs, in the order of their targets. */
  movable(): Generator<Move, void> {
    const text = `SELECT from_path AS "from", to_path AS "to" FROM pair WHERE movable = 1 AND to_path > ? ORDER BY to_path LIMIT ${PAGE}`;
    return this.#db.paged<Move>((last) => this.#db.all(text, last?.to ?? ''), byTo);
  }

  /** All movable pairs move, except those to whose target a moved folder brings another file, which stays there. */
  moveWith(folderMoves: FolderMoveTable): void {
    this.#db.run('UPDATE pair SET moves = movable, carried = 0');
    const carry = `UPDATE pair SET carried = 1 WHERE moves = 1 AND to_path > ?1 AND to_path < ?2
      AND from_path = ?3 || substr(to_path, length(?4) + 1)`;
    for (const { from, to } of folderMoves.all()) this.#db.run(carry, to, afterFolder(to), from, to);
    for (const { from, to } of folderMoves.all()) {
      const taken = this.#db.paged<Move>(
        (last) => this.#db.all(TAKEN_BY_FOLDER, from, to, last?.to ?? to, afterFolder(to)),
        byTo,
      );
      for (const pair of taken) this.#leaveOut(pair.from, folderMoves);
    }
  }

  /**
   * The file stays at its own place, or where its folder brings it. There it can take the target of another pair, which is
   * left out then as well.
   */
  #leaveOut(first: RelPath, folderMoves: FolderMoveTable): void {
    const waiting = [first];
    const waitFor = (condition: string, place: RelPath): void => {
      const text = `SELECT from_path AS "from" FROM pair WHERE to_path = ? AND moves = 1 AND ${condition}`;
      for (const { from } of this.#db.all<Pick<Move, 'from'>>(text, place)) waiting.push(from);
    };
    for (let from = waiting.pop(); from !== undefined; from = waiting.pop()) {
      if (this.#db.run('UPDATE pair SET moves = 0 WHERE from_path = ? AND moves = 1', from) === 0) continue;
      waitFor('occupied = 1', from);
      const place = folderMoves.placeAfter(from);
      if (place !== from) waitFor('carried = 0', place);
    }
  }

  /** Those below `folder` that move apart from it. */
  apartFrom(folder: RelPath): Generator<Move, void> {
    const text = `SELECT from_path AS "from", to_path AS "to" FROM pair WHERE from_path > ? AND from_path < ? AND moves = 1 AND carried = 0 ORDER BY from_path LIMIT ${PAGE}`;
    const end = afterFolder(folder);
    return this.#db.paged<Move>((last) => this.#db.all(text, last?.from ?? folder, end), byFrom);
  }

  /** The origin of the pair that moves to this place. */
  originOf(to: RelPath): RelPath | undefined {
    const text = 'SELECT from_path AS "from" FROM pair WHERE to_path = ? AND moves = 1';
    return this.#db.all<Pick<Move, 'from'>>(text, to)[0]?.from;
  }
}
