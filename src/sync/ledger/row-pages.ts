import { afterFolder } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from './database/ledger-database.ts';
import type { PathRange } from './database/path-range.ts';
import { LOADED, toRow } from './ledger-row.ts';
import type { LedgerRow, RawRow } from './ledger-row.ts';

/** Rows read at once: enough to make a query cheap, few enough not to be copied by every collection. */
const PAGE = 500;

/** Of files that wait for a listing. No listing shows a folder as one, whatever a damaged row says. */
const WAITS = "pending = 1 AND path NOT LIKE '%/'";

export interface RowRange extends PathRange {
  readonly limit: number;
  /** Only files that were put and not yet confirmed by a listing. */
  readonly pending?: boolean;
}

/** Reads rows in path order, a page at a time, and refuses a table that is not in that order. */
export class RowPages {
  readonly #db: LedgerDatabase;
  /** The columns that are selected of a row. A ledger of an earlier format can be read, though not written. */
  readonly #columns: string;

  constructor(db: LedgerDatabase, columns: string) {
    this.#db = db;
    this.#columns = columns;
  }

  /** Rows at and below `folder` ('' for all) in path order, read page by page. Rows behind the reader may change. */
  *within(folder: RelPath): Generator<readonly LedgerRow[], void> {
    const end = folder === '' ? undefined : afterFolder(folder);
    yield* this.#pages(
      end === undefined
        ? `SELECT ${this.#columns} FROM entry WHERE path >= ?`
        : `SELECT ${this.#columns} FROM entry WHERE path >= ? AND path < ?`,
      folder,
      end,
    );
  }

  /** The folders at and below `folder`, page by page. Rows behind the reader may change. */
  *folders(folder: RelPath): Generator<readonly RelPath[], void> {
    const end = afterFolder(folder);
    for (let [from, after] = [folder, '>=']; ; after = '>') {
      const text = `SELECT path FROM entry WHERE path ${after} ? AND path < ? AND path LIKE '%/' ORDER BY path LIMIT ${PAGE}`;
      const rows = this.#db.sql(text).all(from, end) as { readonly path: RelPath }[];
      this.#db.checkOrder(rows, { from, inclusive: after === '>=', end });
      if (rows.length > 0) yield rows.map(({ path }) => path);
      if (rows.length < PAGE) return;
      from = rows.at(-1)!.path;
    }
  }

  /** Files put and not yet confirmed by a listing, in path order. */
  *pending(): Generator<readonly LedgerRow[], void> {
    yield* this.#pages(`SELECT ${this.#columns} FROM entry WHERE ${WAITS} AND path >= ?`, '', undefined);
  }

  *#pages(select: string, from: RelPath, end: RelPath | undefined): Generator<readonly LedgerRow[], void> {
    const first = this.#db.sql(`${select} ORDER BY path LIMIT ${PAGE}`).returnArrays();
    const next = this.#db
      .sql(`${select.replace('path >= ?', 'path > ?')} ORDER BY path LIMIT ${PAGE}`)
      .returnArrays();
    let statement = first;
    let at = from;
    for (;;) {
      const raw = end === undefined ? statement.all(at) : statement.all(at, end);
      const rows = this.#rowsOf(raw, { from: at, inclusive: statement === first, end });
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
      at = rows[rows.length - 1]!.path;
      statement = next;
    }
  }

  /** At most `limit` rows, in path order. */
  page({ from, inclusive, end, limit, pending = false }: RowRange): LedgerRow[] {
    const which = pending ? `${WAITS} AND ` : '';
    const select = `SELECT ${this.#columns} FROM entry WHERE ${which}path ${inclusive ? '>=' : '>'} ?`;
    const rows =
      end === undefined
        ? this.#db.sql(`${select} ORDER BY path LIMIT ?`).returnArrays().all(from, limit)
        : this.#db.sql(`${select} AND path < ? ORDER BY path LIMIT ?`).returnArrays().all(from, end, limit);
    return this.#rowsOf(rows, { from, inclusive, end });
  }

  #rowsOf(raw: unknown, range: PathRange): LedgerRow[] {
    const rows = (raw as readonly RawRow[]).map(toRow);
    this.#db.checkOrder(rows, range);
    return rows;
  }

  countFiles(): number {
    const text = `SELECT count(*) AS n FROM entry WHERE path NOT LIKE '%/' AND pending <> ${LOADED}`;
    const row = this.#db.sql(text).get();
    return row?.['n'] as number;
  }
}
