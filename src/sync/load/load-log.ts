import { afterFolder, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import { isHidden } from '../execute/hidden-names.ts';
import type { LedgerDatabase } from '../ledger/database/ledger-database.ts';
import { damaged } from '../ledger/database/state-errors.ts';
import { LOADED } from '../ledger/ledger-row.ts';
import { isNumbered, unnumbered } from '../names/new-names.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/** What was seen of one pipeline since a file came, and done about it. */
export interface Reader {
  /** Seen without having read the file: whatever it reads from then on is this content. */
  readonly fresh?: true;
  /** A batch that read other content: what a later one read is this content. */
  readonly old?: number;
  /** It was told to read the file again. */
  readonly drop?: Drop;
}

export interface Drop {
  /** The last batch that had taken the file by then; null where the database does not tell. */
  readonly batch: number | null;
  readonly atMs: number;
  /** Undefined: the statement was about to be sent. */
  readonly sent?: true;
}

export type Readers = Readonly<Record<string, Reader>>;

/** A file at the destination that is not known to have left it as loaded. */
export interface LoadRow {
  readonly path: RelPath;
  /** Its name at the destination: mostly the path. */
  readonly name: RelPath;
  /** Bytes. */
  readonly size: number;
  /** A pipeline may have read other content under this name. */
  readonly replaced: boolean;
  /** This content is in its table. */
  readonly loaded: boolean;
  /** When it came, in milliseconds since 1970. */
  readonly arrivedMs: number;
  readonly readers: Readers;
  /** The number of the run that put the file's row into the ledger. */
  readonly run: number;
  /** It is known which version of the source's file this is. */
  readonly isKnown: boolean;
  /** A listing has shown the file as it was put. */
  readonly isConfirmed: boolean;
}

export interface Unloaded {
  readonly files: number;
  readonly bytes: number;
}

/** What is so far in the future is of a clock that was set back since. */
export const CLOCK_BACK_MS = 10_000;

/** The run up to which all that came was kept track of. */
const UP_TO = 'loads_up_to';
/** The run up to which all that was sent was waited for: it is loaded, or somebody was told that it will not be. */
const WAITED_UP_TO = 'loads_waited_up_to';

/** Whether loaded files left the destination in the pass before. */
const LEAVES = 'loads_leave';

/** Reasons of uploads that put other content under a name. */
const REPLACING: ReadonlySet<string> = new Set(['changed', 'drifted', 'differs', 'moved']);

/** `loaded` of a name at which a file was, and is no more. */
const GONE = 2;

/** Whether a file was at a name before, also before anybody kept track. */
const wasThere = (path: string): string => `EXISTS (SELECT 1 FROM load l WHERE l.path = ${path})
  OR EXISTS (SELECT 1 FROM verdict v WHERE v.path = ${path} AND v.kind IN ('removed', 'moved', 'keep'))
  OR EXISTS (SELECT 1 FROM present_name p WHERE p.path = ${path})`;
const WAS_THERE = wasThere('?1');

/** Whether the file of a path is at this name already. */
const HAS_OTHER_NAME = 'SELECT 1 FROM present_name WHERE path = ? AND name = ? AND state = 1';

const HAD_OTHER_NAME = 'SELECT 1 FROM present_name WHERE path = ?';

const SELECT = `SELECT l.path, l.size, l.replaced, l.loaded, l.arrived, l.readers, e.run, e.pending, e.version,
    coalesce((SELECT max(p.name) FROM present_name p WHERE p.path = l.path AND p.state = 1), l.path) AS name
  FROM load l JOIN entry e ON e.path = l.path AND l.loaded <> ${GONE}`;

const UNLOADED = `SELECT count(*) AS files, total(l.size) AS bytes FROM load l JOIN entry e ON e.path = l.path
  WHERE l.loaded = 0 AND e.version <> ''`;

/**
 * Keeps track of files on their way to a table, in the commits in which they come, move and go. Opened only by a pass that
 * asks for it: what comes in other passes is found by the runs that the rows of the ledger name.
 */
export class LoadLog {
  readonly #db: LedgerDatabase;
  readonly #run: () => number;
  readonly #now: () => number;
  #unloaded: Unloaded | undefined;
  #last = 0;

  constructor(db: LedgerDatabase, run: () => number, now: () => number) {
    this.#db = db;
    this.#run = run;
    this.#now = now;
  }

  /** Takes in what came while nobody kept track. `all`: at the first time, all that was put there before. */
  catchUp({ all }: { readonly all: boolean }): void {
    const last = this.#db.sql('SELECT value FROM meta WHERE key = ?').get(UP_TO)?.['value'];
    if (last === undefined && !all) return;
    const upTo = Number(last ?? -1);
    if (upTo >= this.#run() - 1) return;
    this.#changes(() => {
      const known = this.#db
        .sql(`SELECT path FROM entry WHERE run > ? AND path LIKE '%~%' AND path NOT LIKE '%/'`)
        .all(upTo)
        .filter(({ path }) => this.#wasVersion(path as RelPath));
      this.#db
        .sql(
          `INSERT OR REPLACE INTO load
            SELECT path, size,
              ?2 AND (reason IN ('changed', 'drifted', 'differs', 'moved') OR ${wasThere('entry.path')}), 0, ?3, '{}'
            FROM entry WHERE run > ?1 AND pending <> ${LOADED} AND adopted = 0 AND path NOT LIKE '%/'
            AND reason NOT IN ('touched', 'stayed')
            AND (reason <> 'missing' OR NOT EXISTS (SELECT 1 FROM load k WHERE k.path = entry.path))`,
        )
        .run(upTo, last === undefined ? 0 : 1, this.#moment());
      for (const { path } of known)
        this.#db.sql('UPDATE load SET replaced = 1 WHERE path = ?').run(path as RelPath);
    });
  }

  /**
   * From this pass on loaded files leave the destination, or stay. Those that were found loaded while they stayed are looked at
   * again when they are to leave.
   */
  leave(leaves: boolean): void {
    const before = this.#db.sql('SELECT value FROM meta WHERE key = ?').get(LEAVES) !== undefined;
    if (before === leaves) return;
    this.#changes(() => {
      if (!leaves) return this.#db.sql('DELETE FROM meta WHERE key = ?').run(LEAVES);
      this.#db
        .sql(
          `INSERT OR IGNORE INTO load SELECT path, size, 0, 0, ?, '{}' FROM entry
            WHERE pending <> ${LOADED} AND adopted = 0 AND path NOT LIKE '%/'`,
        )
        .run(this.#moment());
      return this.#db.sql(`INSERT OR REPLACE INTO meta (key, value) VALUES (?, '1')`).run(LEAVES);
    });
  }

  /** Files that came later than now came before the clock was set back: how long ago is not known, so they came just now. */
  setTimesRight(): void {
    const nowMs = this.#now();
    this.#db.sql('UPDATE load SET arrived = ? WHERE arrived > ?').run(nowMs, nowMs + CLOCK_BACK_MS);
  }

  /** All that came up to now was kept track of. */
  keptTrack(): void {
    this.#db
      .sql('INSERT OR REPLACE INTO meta (key, value) SELECT ?, coalesce(max(id), 0) FROM run')
      .run(UP_TO);
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

  arrived({ path, size }: LedgerRow, reason: string): void {
    if (isFolderPath(path) || isHidden(path)) return;
    this.#changes(() => {
      // the same content once more: what was seen of it holds
      if (reason === 'missing' && this.#db.sql(HAD_OTHER_NAME).get(path) === undefined) {
        const again = 'UPDATE load SET size = ?, arrived = ?, loaded = 0 WHERE path = ?';
        this.#db.sql(again).run(size, this.#moment(), path);
        this.#db
          .sql(`INSERT OR IGNORE INTO load VALUES (?, ?, 0, 0, ?, '{}')`)
          .run(path, size, this.#moment());
        return;
      }
      this.#db
        .sql(`INSERT OR REPLACE INTO load VALUES (?1, ?2, ?3 OR ${WAS_THERE}, 0, ?4, '{}')`)
        .run(path, size, REPLACING.has(reason) || this.#wasVersion(path) ? 1 : 0, this.#moment());
    });
  }

  /** The content is in its table, and nothing more is to be done about it, if the file is still the one that was looked at. */
  settled({ path, arrivedMs }: LoadRow): void {
    this.#changes(() => this.#db.sql('DELETE FROM load WHERE path = ? AND arrived = ?').run(path, arrivedMs));
  }

  /** The same of a file that has left the destination. */
  left(path: RelPath): void {
    this.#changes(() => this.#db.sql('DELETE FROM load WHERE path = ?').run(path));
  }

  /** The file is not at its name any more. What comes there later is not read by a pipeline that knows the name. */
  gone(path: RelPath): void {
    if (isFolderPath(path)) return;
    this.#changes(() =>
      this.#db
        .sql(`INSERT OR REPLACE INTO load SELECT path, 0, 1, ${GONE}, ?, '{}' FROM entry WHERE path = ?`)
        .run(this.#moment(), path),
    );
  }

  folderGone(folder: RelPath): void {
    this.#changes(() =>
      this.#db
        .sql(
          `INSERT OR REPLACE INTO load SELECT path, 0, 1, ${GONE}, ?, '{}' FROM entry
            WHERE path >= ? AND path < ? AND path NOT LIKE '%/'`,
        )
        .run(this.#moment(), folder, afterFolder(folder)),
    );
  }

  /** A file, or a folder, gets another name. Called before its rows do. */
  moved(from: RelPath, to: RelPath): void {
    const isFolder = isFolderPath(from);
    // where nobody looks for it, it is not waited for
    if (!isHidden(to))
      this.#changes(() => (isFolder ? this.#folderArrives(from, to) : this.#fileArrives(from, to)));
    if (isHidden(from)) return;
    if (isFolder) this.folderGone(from);
    else this.gone(from);
  }

  #fileArrives(from: RelPath, to: RelPath): void {
    const isThere = this.#db.sql(HAS_OTHER_NAME).get(from, to) !== undefined;
    const isKnown = isHidden(from) || (this.#wasVersion(to) && !isThere);
    this.#db
      .sql(
        `INSERT OR REPLACE INTO load SELECT ?1, size, ?2 OR EXISTS (SELECT 1 FROM entry WHERE path = ?1) OR ${WAS_THERE}, 0, ?3, '{}'
          FROM entry WHERE path = ?4 AND pending <> ${LOADED}`,
      )
      .run(to, isKnown ? 1 : 0, this.#moment(), from);
  }

  #folderArrives(from: RelPath, to: RelPath): void {
    this.#db
      .sql(
        `INSERT OR REPLACE INTO load SELECT ?1 || substr(path, length(?2) + 1), size, 1, 0, ?3, '{}' FROM entry
          WHERE path >= ?2 AND path < ?4 AND path NOT LIKE '%/' AND pending <> ${LOADED}`,
      )
      .run(to, from, this.#moment(), afterFolder(from));
  }

  /** Files after `after` in path order, at most `limit`. */
  page(after: RelPath, limit: number): LoadRow[] {
    const text = `${SELECT} WHERE l.path > ? ORDER BY l.path LIMIT ?`;
    return this.#rowsBehind(after, this.#db.sql(text).all(after, limit));
  }

  /** The same of files that a run or a later one put there, and that are not known to be in their table. */
  pageSince(run: number, after: RelPath, limit: number): LoadRow[] {
    const text = `${SELECT} WHERE l.path > ? AND l.loaded = 0 AND e.run >= ? ORDER BY l.path LIMIT ?`;
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
    const row = this.#db.sql(`${SELECT} WHERE l.path = ?`).get(path);
    return row === undefined ? undefined : toLoadRow(row, this.#db.file);
  }

  /** Keeps what was seen of the pipelines, if the file is still the one that was looked at. */
  see({ path, arrivedMs }: LoadRow, readers: Readers): void {
    this.#db
      .sql('UPDATE load SET readers = ? WHERE path = ? AND arrived = ?')
      .run(JSON.stringify(readers), path, arrivedMs);
  }

  /** It has a name that no pipeline knows: whatever reads it there reads this content. */
  renamed(path: RelPath): void {
    this.#changes(() => {
      this.#db
        .sql(`UPDATE load SET replaced = 0, readers = '{}', arrived = ? WHERE path = ?`)
        .run(this.#moment(), path);
      // one for all numbers: what the source has under one of them later comes to a name that is known
      this.#db
        .sql(`INSERT OR IGNORE INTO load VALUES (?, 0, 1, ${GONE}, ?, '{}')`)
        .run(unnumbered(path), this.#moment());
    });
  }

  /** Whether a version of some file may have had this name. */
  #wasVersion(path: RelPath): boolean {
    return (
      isNumbered(path) &&
      this.#db.sql(`SELECT 1 FROM load WHERE path = ? AND loaded = ${GONE}`).get(unnumbered(path)) !==
        undefined
    );
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

  /** The time, different for each call: it tells a file from one that comes under its name later. */
  #moment(): number {
    return (this.#last = Math.max(this.#now(), this.#last + 1));
  }

  #changes(work: () => void): void {
    this.#unloaded = undefined;
    work();
  }
}

const toLoadRow = (row: Readonly<Record<string, unknown>>, file: string): LoadRow => ({
  path: row['path'] as string,
  name: row['name'] as string,
  size: row['size'] as number,
  replaced: row['replaced'] !== 0,
  loaded: row['loaded'] !== 0,
  arrivedMs: row['arrived'] as number,
  readers: readersIn(row['readers'] as string, file),
  run: row['run'] as number,
  isKnown: row['version'] !== '',
  isConfirmed: row['pending'] === 0,
});

function readersIn(text: string, file: string): Readers {
  try {
    return JSON.parse(text) as Readers;
  } catch (error) {
    throw damaged(file, 'load.readers holds what is no JSON', error);
  }
}
