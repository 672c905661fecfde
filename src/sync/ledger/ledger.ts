import type { DatabaseSync } from 'node:sqlite';
import type { Fence } from '../../model/cluster/leader-election.ts';
import { afterFolder, isFolderPath } from '../../model/path.ts';
import type { Report } from '../../model/events.ts';
import type { RelPath } from '../../model/path.ts';
import { INTENT_COLUMNS, intentValues, toIntent } from './intent.ts';
import type { Intent, StoredIntent } from './intent.ts';
import { explain } from './explanation.ts';
import type { Explanation } from './explanation.ts';
import { LedgerDatabase } from './database/ledger-database.ts';
import type { PathRange } from './database/path-range.ts';
import { COLUMNS, columnsIn, FIRST_WITH_RUN_RECORDS, formatOf } from './database/former-formats.ts';
import type { LoadLog } from '../load/load-log.ts';
import { LOADED, toRow } from './ledger-row.ts';
import { keepLeftNames } from './left-names.ts';
import type { LedgerRow, RawRow } from './ledger-row.ts';
import type { PairLock } from './pair-lock.ts';
import { PresentNames } from '../names/present-names.ts';
import { RunLog, type Folding } from './runs/run-log.ts';
import type { BegunRun } from './runs/run-log.ts';
import type { RunAction, RunSummary } from '../../model/run.ts';

/** Rows read at once: enough to make a query cheap, few enough not to be copied by every collection. */
const PAGE = 500;

/** Of files that wait for a listing. No listing shows a folder as one, whatever a damaged row says. */
const WAITS = "pending = 1 AND path NOT LIKE '%/'";

export interface RowRange extends PathRange {
  readonly limit: number;
  /** Only files that were put and not yet confirmed by a listing. */
  readonly pending?: boolean;
}

/** What we put at the destination, and what it then showed. One connection; every method is synchronous and short. */
export class Ledger {
  readonly file: string;
  readonly #db: LedgerDatabase;
  readonly #lock: PairLock | undefined;
  /** The columns that are selected of a row. A ledger of an earlier format can be read, though not written. */
  readonly #columns: string;
  /** The runs of the pair. */
  readonly runs: RunLog;
  /** Files that are at the destination under other names than their paths. */
  readonly names: PresentNames;
  #loads: LoadLog | undefined;
  #run = 0;
  /** Whether a row or a note names the run. */
  #touched = false;

  constructor(db: DatabaseSync, lock: PairLock | undefined, file: string, fence?: Fence) {
    this.#db = new LedgerDatabase(db, file, fence);
    this.#lock = lock;
    this.file = file;
    this.names = new PresentNames(this.#db);
    this.#columns = columnsIn(db);
    const format = formatOf(db);
    this.runs = new RunLog(this.#db, { isFormer: format > 0 && format < FIRST_WITH_RUN_RECORDS });
  }

  /** Runs `work` as one commit. Nested calls join the outer one. */
  transaction<T>(work: () => T): T {
    return this.#db.transaction(work);
  }

  isEmpty(): boolean {
    return this.#db.sql('SELECT 1 FROM entry LIMIT 1').get() === undefined;
  }

  get(path: RelPath): LedgerRow | undefined {
    const [row] = this.page({ from: path, inclusive: true, limit: 1 });
    return row?.path === path ? row : undefined;
  }

  /** Rows at and below `folder` ('' for all) in path order, read page by page. Rows behind the reader may change. */
  *rows(folder: RelPath = ''): Generator<readonly LedgerRow[], void> {
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
  *pendingRows(): Generator<readonly LedgerRow[], void> {
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

  /** Files at the destination, folders not counted. It reads every row. */
  countFiles(): number {
    const text = `SELECT count(*) AS n FROM entry WHERE path NOT LIKE '%/' AND pending <> ${LOADED}`;
    const row = this.#db.sql(text).get();
    return row?.['n'] as number;
  }

  put(row: LedgerRow, reason: string): void {
    this.#touched = true;
    this.#db
      .sql(`INSERT OR REPLACE INTO entry (${COLUMNS}, reason, run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        row.path,
        row.size,
        row.version,
        row.identity ?? null,
        row.digest ?? null,
        row.shownModifiedMs ?? null,
        row.loaded === true ? LOADED : row.pending ? 1 : 0,
        row.adopted ? 1 : 0,
        reason,
        this.#run,
      );
  }

  /** Puts the row of a file that came to its name just now: a pipeline has to read it. */
  arrived(row: LedgerRow, reason: string): void {
    this.names.superseded(row.path);
    if (row.loaded !== true) this.#loads?.changes.arrived(row, reason);
    this.put(row, reason);
  }

  /** The file left the destination because it is in its table. */
  left(path: RelPath): void {
    const row = this.get(path);
    this.#loads?.changes.left(path);
    this.names.gone(path);
    if (row !== undefined) this.put({ ...row, pending: false, loaded: true }, 'loaded');
  }

  /** From now on what comes, moves and goes is kept track of on its way to the table. */
  trackLoads(open: (db: LedgerDatabase, run: () => number) => LoadLog): LoadLog {
    return (this.#loads ??= open(this.#db, () => this.#run));
  }

  /** A listing showed the file with this time. */
  confirm(path: RelPath, shownModifiedMs: number | undefined): void {
    this.#db
      .sql('UPDATE entry SET pending = 0, shown_modified = ? WHERE path = ?')
      .run(shownModifiedMs ?? null, path);
  }

  forget(path: RelPath): void {
    if (this.#loads === undefined) keepLeftNames(this.#db, path);
    else this.#loads.changes.gone(path);
    this.names.gone(path);
    this.#db.sql('DELETE FROM entry WHERE path = ?').run(path);
  }

  /** Forgets a folder and everything below it. */
  forgetFolder(folder: RelPath): void {
    if (this.#loads === undefined) keepLeftNames(this.#db, folder);
    else this.#loads.changes.folderGone(folder);
    this.names.gone(folder);
    this.#db.sql('DELETE FROM entry WHERE path >= ? AND path < ?').run(folder, afterFolder(folder));
  }

  /**
   * Renames a row, or a folder's row and all rows below it. Without `keepsTimes` the move may have changed the times, and a
   * listing has to show them.
   */
  rename(from: RelPath, to: RelPath, { keepsTimes }: { readonly keepsTimes: boolean }): void {
    if (this.#loads === undefined) keepLeftNames(this.#db, from);
    else this.#loads.changes.moved(from, to);
    if (isFolderPath(from)) this.names.folderMoved(from, to, { keepsFormer: false });
    else this.names.gone(from);
    const times = keepsTimes
      ? ''
      : `, pending = iif(pending = ${LOADED}, ${LOADED}, 1), shown_modified = NULL`;
    if (from.endsWith('/')) {
      this.#db
        .sql(
          `UPDATE OR REPLACE entry SET path = ? || substr(path, length(?) + 1)${times} WHERE path >= ? AND path < ?`,
        )
        .run(to, from, from, afterFolder(from));
      // folders are not listed as such: nothing about them waits for confirmation
      this.#db
        .sql("UPDATE entry SET pending = 0 WHERE path >= ? AND path < ? AND path LIKE '%/'")
        .run(to, afterFolder(to));
    } else {
      this.#db.sql(`UPDATE OR REPLACE entry SET path = ?${times} WHERE path = ?`).run(to, from);
    }
  }

  /** Notes the last decision about a path that has no row of its own. */
  note(path: RelPath, kind: string, reason: string): void {
    this.#touched = true;
    this.#db
      .sql('INSERT OR REPLACE INTO verdict (path, kind, reason, run) VALUES (?, ?, ?, ?)')
      .run(path, kind, reason, this.#run);
  }

  /** The last decision about a path: from its row, or from the notes. */
  explain(path: RelPath): Explanation | undefined {
    return explain(this.#db, path, this.get(path));
  }

  /** Returns their IDs, one for each. */
  addIntents(intents: readonly Intent[], nowMs: number): number[] {
    const places = INTENT_COLUMNS.replaceAll(/\w+/g, '?');
    const insert = this.#db.sql(`INSERT INTO intent (${INTENT_COLUMNS}) VALUES (${places})`);
    return this.transaction(() =>
      intents.map((intent) => Number(insert.run(...intentValues(intent, nowMs)).lastInsertRowid)),
    );
  }

  /** Notes the hidden names that a put goes through from now on. */
  detour(id: number, via: RelPath, aside: RelPath | undefined): void {
    this.#db.sql('UPDATE intent SET via = ?, aside = ? WHERE id = ?').run(via, aside ?? null, id);
  }

  dropIntent(id: number): void {
    this.#db.sql('DELETE FROM intent WHERE id = ?').run(id);
  }

  /** The changes that an earlier run had begun and not finished, oldest first. */
  intents(): StoredIntent[] {
    return this.#db.sql('SELECT * FROM intent ORDER BY id').all().map(toIntent);
  }

  /** Whether a change is under way, or in doubt, that is about the file `path` or a folder above it. */
  isUnderWay(path: RelPath): boolean {
    const about = (column: string): string =>
      `${column} = ?1 OR (${column} LIKE '%/' AND substr(?1, 1, length(${column})) = ${column})`;
    return (
      this.#db
        .sql(
          `SELECT 1 FROM intent WHERE op <> 'staging' AND (${about('path')} OR ${about('to_path')}) LIMIT 1`,
        )
        .get(path) !== undefined
    );
  }

  /** The number of the run that rows name now. */
  get run(): number {
    return this.#run;
  }

  /** From now on rows name this run. */
  startRun(run: BegunRun): void {
    this.#run = this.runs.begin(run);
    this.#touched = false;
  }

  addActions(actions: readonly RunAction[]): void {
    this.runs.addActions(this.#run, actions);
  }

  /** `isWatch`: a pass of a watch, which is not remembered for itself where it had nothing to do, or failed as the one before it. */
  endRun(summary: RunSummary, { isWatch }: { readonly isWatch: boolean }): void {
    const folds = isWatch ? foldingOf(summary, { isTouched: this.#touched }) : undefined;
    this.runs.end(this.#run, summary, { folds });
  }

  /** Keeps a fact about the pair; undefined forgets it. */
  remember(key: string, value: string | undefined): void {
    if (value === undefined) this.#db.sql('DELETE FROM meta WHERE key = ?').run(key);
    else this.#db.sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  recall(key: string): string | undefined {
    return this.#db.sql('SELECT value FROM meta WHERE key = ?').get(key)?.['value'] as string | undefined;
  }

  /** For a ledger that stays open while nothing is to be done. */
  releaseMemory(): void {
    this.#db.releaseMemory();
  }

  close(): void {
    try {
      this.#db.close();
    } finally {
      this.#lock?.release();
    }
  }
}

/** What a pass has to be for the one before it to become a part of it. */
function foldingOf(
  { outcome, report, error }: RunSummary,
  { isTouched }: { readonly isTouched: boolean },
): Folding | undefined {
  if (COUNTS_OF_WORK.some((count) => report[count] > 0)) return undefined;
  // rows of files that failed name the last pass in which they did
  if (error !== undefined || report.failed > 0) return error?.code === 'interrupted' ? undefined : 'failed';
  return outcome === 'clean' && !isTouched ? 'idle' : undefined;
}

const COUNTS_OF_WORK = [
  'uploaded',
  'moved',
  'removed',
  'adopted',
  'skipped',
  'foldersCreated',
  'foldersRemoved',
] as const satisfies readonly (keyof Report)[];
