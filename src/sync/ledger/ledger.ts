import type { DatabaseSync } from 'node:sqlite';
import type { Fence } from '../../model/cluster/leader-election.ts';
import { afterFolder, isFolderPath, type RelPath } from '../../model/path.ts';
import { IntentTable } from './intent-table.ts';
import type { Intent, StoredIntent } from './intent.ts';
import { explain, type Explanation } from './explanation.ts';
import { LedgerDatabase } from './database/ledger-database.ts';
import { COLUMNS, columnsIn, FIRST_WITH_RUN_RECORDS, formatOf } from './database/former-formats.ts';
import type { LoadLog } from '../load/load-log.ts';
import { LOADED, type LedgerRow } from './ledger-row.ts';
import { keepLeftNames } from './left-names.ts';
import type { PairLock } from './pair-lock.ts';
import { PresentNames } from '../names/present-names.ts';
import { RowPages, type RowRange } from './row-pages.ts';
import { foldingOf } from './runs/folding.ts';
import { RunLog, type BegunRun } from './runs/run-log.ts';
import type { RunAction, RunSummary } from '../../model/run.ts';

/** What we put at the destination, and what it then showed. One connection; every method is synchronous and short. */
export class Ledger {
  readonly file: string;
  readonly #db: LedgerDatabase;
  readonly #lock: PairLock | undefined;
  readonly #rows: RowPages;
  readonly #intents: IntentTable;
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
    this.#rows = new RowPages(this.#db, columnsIn(db));
    this.#intents = new IntentTable(this.#db);
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
  rows(folder: RelPath = ''): Generator<readonly LedgerRow[], void> {
    return this.#rows.within(folder);
  }

  /** The folders at and below `folder`, page by page. Rows behind the reader may change. */
  folders(folder: RelPath): Generator<readonly RelPath[], void> {
    return this.#rows.folders(folder);
  }

  /** Files put and not yet confirmed by a listing, in path order. */
  pendingRows(): Generator<readonly LedgerRow[], void> {
    return this.#rows.pending();
  }

  /** At most `limit` rows, in path order. */
  page(range: RowRange): LedgerRow[] {
    return this.#rows.page(range);
  }

  /** Files at the destination, folders not counted. It reads every row. */
  countFiles(): number {
    return this.#rows.countFiles();
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
    return this.#intents.add(intents, nowMs);
  }

  /** Notes the hidden names that a put goes through from now on. */
  detour(id: number, via: RelPath, aside: RelPath | undefined): void {
    this.#intents.detour(id, via, aside);
  }

  dropIntent(id: number): void {
    this.#intents.drop(id);
  }

  /** The changes that an earlier run had begun and not finished, oldest first. */
  intents(): StoredIntent[] {
    return this.#intents.all();
  }

  /** Whether a change is under way, or in doubt, that is about the file `path` or a folder above it. */
  isUnderWay(path: RelPath): boolean {
    return this.#intents.isUnderWay(path);
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
