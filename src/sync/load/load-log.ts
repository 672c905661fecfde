import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from '../ledger/database/ledger-database.ts';
import { LoadChanges } from './load-changes.ts';
import { CLOCK_BACK_MS, SELECT_LOADS, toLoadRow } from './load-row.ts';
import type { LoadRow, Readers, Unloaded } from './load-row.ts';

/** The run up to which all that was sent was waited for: it is loaded, or somebody was told that it will not be. */
const WAITED_UP_TO = 'loads_waited_up_to';

const UNLOADED = `SELECT count(*) AS files, total(l.size) AS bytes FROM load l JOIN entry e ON e.path = l.path
  WHERE l.loaded = 0 AND e.version <> ''`;

/**
 * Files on their way to a table: what was seen of each, and what is not known to be there. Opened only by a pass that asks for
 * it: what comes in other passes is found by the runs that the rows of the ledger name.
 */
export class LoadLog {
  readonly #db: LedgerDatabase;
  readonly #run: () => number;
  readonly #now: () => number;
  /** What comes, moves and goes. */
  readonly changes: LoadChanges;
  #unloaded: Unloaded | undefined;

  constructor(db: LedgerDatabase, run: () => number, now: () => number) {
    this.#db = db;
    this.#run = run;
    this.#now = now;
    this.changes = new LoadChanges({ db, run, now, onChange: () => (this.#unloaded = undefined) });
  }

  /** Files that came later than now came before the clock was set back: how long ago is not known, so they came just now. */
  setTimesRight(): void {
    const nowMs = this.#now();
    this.#db.sql('UPDATE load SET arrived = ? WHERE arrived > ?').run(nowMs, nowMs + CLOCK_BACK_MS);
  }

  /** The first run whose files are waited for: all since the last one that waited to the end. */
  waitsSince(): number {
    const row = this.#db.sql('SELECT value FROM meta WHERE key = ?').get(WAITED_UP_TO);
    return Number(row?.['value'] ?? -1) + 1;
  }

  /** Nothing that was sent up to now is to be waited for any more. */
  waited(): void {
    this.#db.sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(WAITED_UP_TO, this.#run());
  }

  /** The content is in its table, and nothing more is to be done about it, if the file is still the one that was looked at. */
  settled({ path, arrivedMs }: LoadRow): void {
    this.#changes(() => this.#db.sql('DELETE FROM load WHERE path = ? AND arrived = ?').run(path, arrivedMs));
  }

  /** Files after `after` in path order, at most `limit`. */
  page(after: RelPath, limit: number): LoadRow[] {
    const text = `${SELECT_LOADS} WHERE l.path > ? ORDER BY l.path LIMIT ?`;
    return this.#rowsBehind(after, this.#db.sql(text).all(after, limit));
  }

  /** The same of files that a run or a later one put there, and that are not known to be in their table. */
  pageSince(run: number, after: RelPath, limit: number): LoadRow[] {
    const text = `${SELECT_LOADS} WHERE l.path > ? AND l.loaded = 0 AND e.run >= ? ORDER BY l.path LIMIT ?`;
    return this.#rowsBehind(after, this.#db.sql(text).all(after, run, limit));
  }

  #rowsBehind(after: RelPath, rows: readonly Readonly<Record<string, unknown>>[]): LoadRow[] {
    const found = rows.map((row) => toLoadRow(row, this.#db.file));
    this.#db.checkOrder(found, { from: after, inclusive: false });
    return found;
  }

  /** How many these are. */
  unloadedSince(run: number): number {
    const row = this.#db
      .sql(
        'SELECT count(*) AS files FROM load l JOIN entry e ON e.path = l.path WHERE l.loaded = 0 AND e.run >= ?',
      )
      .get(run);
    return row?.['files'] as number;
  }

  get(path: RelPath): LoadRow | undefined {
    const row = this.#db.sql(`${SELECT_LOADS} WHERE l.path = ?`).get(path);
    return row === undefined ? undefined : toLoadRow(row, this.#db.file);
  }

  /** Keeps what was seen of the pipelines, if the file is still the one that was looked at. */
  see({ path, arrivedMs }: LoadRow, readers: Readers): void {
    this.#db
      .sql('UPDATE load SET readers = ? WHERE path = ? AND arrived = ?')
      .run(JSON.stringify(readers), path, arrivedMs);
  }

  /** The content is in its table; the file is still there. */
  isLoaded({ path, arrivedMs }: LoadRow): void {
    this.#changes(() =>
      this.#db.sql('UPDATE load SET loaded = 1 WHERE path = ? AND arrived = ?').run(path, arrivedMs),
    );
  }

  /** It is to be read again, or by one more pipeline. */
  isNotLoaded({ path, arrivedMs }: LoadRow): void {
    this.#changes(() =>
      this.#db.sql('UPDATE load SET loaded = 0 WHERE path = ? AND arrived = ?').run(path, arrivedMs),
    );
  }

  /** Bytes at one name that are not known to be in their table. */
  unloadedAt(path: RelPath): number {
    const row = this.get(path);
    return row === undefined || row.loaded || !row.isKnown ? 0 : row.size;
  }

  /** What is not known to be in its table. What a run is to send anew, for it does not know what came, is not waited for. */
  get unloaded(): Unloaded {
    if (this.#unloaded === undefined) {
      const row = this.#db.sql(UNLOADED).get();
      this.#unloaded = { files: row?.['files'] as number, bytes: row?.['bytes'] as number };
    }
    return this.#unloaded;
  }

  /** When the first of what is not known to be in its table came, in milliseconds since 1970. */
  get oldestMs(): number | undefined {
    const row = this.#db.sql('SELECT min(arrived) AS oldest FROM load WHERE loaded = 0').get();
    return (row?.['oldest'] as number | null | undefined) ?? undefined;
  }

  #changes(work: () => void): void {
    this.#unloaded = undefined;
    work();
  }
}
