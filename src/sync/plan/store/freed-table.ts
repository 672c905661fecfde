import { afterFolder } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Move } from '../moves/move.ts';
import type { Freed } from '../planned.ts';
import { byPath, PAGE } from './plan-database.ts';
import type { PlanDatabase } from './plan-database.ts';
import { toFreed } from './plan-rows.ts';
import type { FreedRow } from './plan-rows.ts';

const STAYS = 'NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path AND p.moves = 1)';

/** Files below the folder ?1 that no move takes away, and that no file of the source replaces where its move to ?3 brings them. */
const LEFT_OVER = `FROM freed f WHERE f.path > ?1 AND f.path < ?2
  AND NOT EXISTS (SELECT 1 FROM pair p WHERE p.from_path = f.path AND p.movable = 1)
  AND NOT EXISTS (SELECT 1 FROM arrival a WHERE a.path = ?3 || substr(f.path, length(?1) + 1))`;

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
  *within(folder: RelPath): Generator<Freed, void> {
    for (const row of this.#db.pagesBelow<FreedRow>('freed', folder)) yield toFreed(row);
  }

  /** Those below `folder` that do not move to a place that the source has, with the folder or by themselves. */
  *stayingWithin(folder: RelPath): Generator<Freed, void> {
    const text = `SELECT f.* FROM freed f WHERE f.path > ? AND f.path < ? AND ${STAYS} ORDER BY f.path LIMIT ${PAGE}`;
    const end = afterFolder(folder);
    const pages = this.#db.paged<FreedRow>((last) => this.#db.all(text, last?.path ?? folder, end), byPath);
    for (const row of pages) yield toFreed(row);
  }

  /**
   * How many files the move of a folder would bring along and the source does not have there, `most` at most; `gone`:
   * whether the source does not have one of them at its old place either.
   */
  leftOver({ from, to }: Move, most: number): { readonly files: number; readonly gone: boolean } {
    const end = afterFolder(from);
    const files = this.#db.count(
      `SELECT count(*) FROM (SELECT 1 ${LEFT_OVER} LIMIT ?4)`,
      from,
      end,
      to,
      most,
    );
    const gone = files > 0 && this.#db.has(`SELECT 1 ${LEFT_OVER} AND f.gone = 1 LIMIT 1`, from, end, to);
    return { files, gone };
  }
}
