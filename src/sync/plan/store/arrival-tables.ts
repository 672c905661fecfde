import type { RelPath } from '../../../model/path.ts';
import type { Arrival, Carried, ContentCheck } from '../planned.ts';
import type { PlanDatabase } from './plan-database.ts';
import { arrivalValues, toArrival, toContentCheck } from './plan-rows.ts';
import type { ArrivalRow, CarriedRow, ContentCheckRow } from './plan-rows.ts';

export class ArrivalTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  /** Takes the place of an earlier arrival at the path. */
  add(arrival: Arrival): void {
    this.#db.run(
      'INSERT OR REPLACE INTO arrival VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      arrival.path,
      ...arrivalValues(arrival),
    );
  }

  get(path: RelPath): Arrival | undefined {
    const [row] = this.#db.at<ArrivalRow>('arrival', path);
    return row === undefined ? undefined : toArrival(row);
  }

  drop(path: RelPath): void {
    this.#db.drop('arrival', path);
  }

  dropWithin(folder: RelPath): void {
    this.#db.dropWithin('arrival', folder);
  }

  *all(): Generator<Arrival, void> {
    for (const row of this.#db.pages<ArrivalRow>('arrival')) yield toArrival(row);
  }

  /** At most `limit` of those of at least `from` bytes, the largest first. */
  largest({ from, limit }: { readonly from: number; readonly limit: number }): Arrival[] {
    const text = 'SELECT * FROM arrival WHERE size >= ? ORDER BY size DESC, path LIMIT ?';
    return this.#db.all<ArrivalRow>(text, from, limit).map(toArrival);
  }

  totals(): { count: number; bytes: number } {
    const text = 'SELECT count(*) AS count, total(size) AS bytes FROM arrival';
    return this.#db.all<{ count: number; bytes: number }>(text)[0]!;
  }
}

/** The files that come with the move of a folder. */
export class CarriedTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add({ from, arrival }: Carried): void {
    this.#db.run(
      'INSERT OR REPLACE INTO carried VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      arrival.path,
      from,
      ...arrivalValues(arrival),
    );
  }

  /** Those that have their place below `folder`, the new name of a folder that moves. */
  *into(folder: RelPath): Generator<Carried, void> {
    for (const row of this.#db.pagesBelow<CarriedRow>('carried', folder))
      yield { from: row.from_path, arrival: toArrival(row) };
  }
}

export class ContentCheckTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add({ entry, shown, known }: ContentCheck): void {
    this.#db.run(
      'INSERT OR REPLACE INTO content_check VALUES (?, ?, ?, ?, ?, ?, ?)',
      entry.path,
      entry.size,
      entry.modifiedMs ?? null,
      entry.version,
      entry.identity ?? null,
      shown.modifiedMs ?? null,
      known ? 1 : 0,
    );
  }

  *all(): Generator<ContentCheck, void> {
    for (const row of this.#db.pages<ContentCheckRow>('content_check')) yield toContentCheck(row);
  }
}
