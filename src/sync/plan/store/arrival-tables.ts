import type { RelPath } from '../../../model/path.ts';
import type { Arrival, Carried, ContentCheck } from '../planned.ts';
import { byPath, PAGE } from './plan-database.ts';
import type { PlanDatabase } from './plan-database.ts';
import { arrivalValues, toArrival, toContentCheck } from './plan-rows.ts';
import type { ArrivalRow, ContentCheckRow, MovedRow } from './plan-rows.ts';

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

  /** The file has to arrive before anything else is done, because its content has to leave a name that is needed. */
  comesFirst(path: RelPath): void {
    this.#db.run('INSERT OR REPLACE INTO upload_first VALUES (?)', path);
  }

  *first(): Generator<Arrival, void> {
    const text = `SELECT a.* FROM upload_first u JOIN arrival a ON a.path = u.path WHERE u.path > ? ORDER BY u.path LIMIT ${PAGE}`;
    const pages = this.#db.paged<ArrivalRow>((last) => this.#db.all(text, last?.path ?? ''), byPath);
    for (const row of pages) yield toArrival(row);
  }

  totals(): { count: number; bytes: number } {
    const text = 'SELECT count(*) AS count, total(size) AS bytes FROM arrival';
    return this.#db.all<{ count: number; bytes: number }>(text)[0]!;
  }
}

/** The files that come to their place by a move: with their folder, or apart from it. */
export class MovedTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  /** `apart`: it does not come with its folder. */
  add({ from, arrival }: Carried, { apart = false }: { readonly apart?: boolean } = {}): void {
    this.#db.run(
      'INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      arrival.path,
      ...arrivalValues(arrival),
      from,
      apart ? 1 : 0,
    );
  }

  /** Takes the files of all pairs that move out of the arrivals and the removals. */
  take(): void {
    this.#db.exec(`
      INSERT OR REPLACE INTO moved SELECT a.*, p.from_path, 1 - p.carried FROM pair p JOIN arrival a ON a.path = p.to_path WHERE p.moves = 1;
      DELETE FROM arrival WHERE path IN (SELECT to_path FROM pair WHERE moves = 1);
      DELETE FROM removal WHERE path IN (SELECT from_path FROM pair WHERE moves = 1);`);
  }

  /** Those that come with a folder and have their place below `folder`, its new name. */
  *carriedInto(folder: RelPath): Generator<Carried, void> {
    for (const row of this.#db.pagesBelow<MovedRow>('moved', folder))
      if (row.apart === 0) yield { from: row.from_path, arrival: toArrival(row) };
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
