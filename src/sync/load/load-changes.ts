import { afterFolder, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import { isHidden } from '../execute/hidden-names.ts';
import type { LedgerDatabase } from '../ledger/database/ledger-database.ts';
import { LOADED } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import { isNumbered, unnumbered } from '../names/new-names.ts';
import { GONE } from './load-row.ts';

/** The run up to which all that came was kept track of. */
const UP_TO = 'loads_up_to';
/** Whether loaded files left the destination in the pass before. */
const LEAVES = 'loads_leave';

/** Reasons of uploads that put other content under a name. */
const REPLACING: ReadonlySet<string> = new Set(['changed', 'drifted', 'differs', 'moved']);

/** Whether a file was at a name before, also before anybody kept track. */
const wasThere = (path: string): string => `EXISTS (SELECT 1 FROM load l WHERE l.path = ${path})
  OR EXISTS (SELECT 1 FROM verdict v WHERE v.path = ${path} AND v.kind IN ('removed', 'moved', 'keep'))
  OR EXISTS (SELECT 1 FROM present_name p WHERE p.path = ${path})`;
const WAS_THERE = wasThere('?1');

/** Whether the file of a path is at this name already. */
const HAS_OTHER_NAME = 'SELECT 1 FROM present_name WHERE path = ? AND name = ? AND state = 1';

const HAD_OTHER_NAME = 'SELECT 1 FROM present_name WHERE path = ?';

export interface LoadChangesParts {
  readonly db: LedgerDatabase;
  /** The number of the run that rows name now. */
  readonly run: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called before each change. */
  readonly onChange: () => void;
}

/** What comes, moves and goes, kept track of in the commits in which it does. */
export class LoadChanges {
  readonly #db: LedgerDatabase;
  readonly #parts: LoadChangesParts;
  #last = 0;

  constructor(parts: LoadChangesParts) {
    this.#db = parts.db;
    this.#parts = parts;
  }

  /** Takes in what came while nobody kept track. `all`: at the first time, all that was put there before. */
  catchUp({ all }: { readonly all: boolean }): void {
    const last = this.#db.sql('SELECT value FROM meta WHERE key = ?').get(UP_TO)?.['value'];
    if (last === undefined && !all) return;
    const upTo = Number(last ?? -1);
    if (upTo >= this.#parts.run() - 1) return;
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

  /** All that came up to now was kept track of. */
  keptTrack(): void {
    this.#db
      .sql('INSERT OR REPLACE INTO meta (key, value) SELECT ?, coalesce(max(id), 0) FROM run')
      .run(UP_TO);
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

  /** The file has left the destination because it is in its table. */
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

  /** The time, different for each call: it tells a file from one that comes under its name later. */
  #moment(): number {
    return (this.#last = Math.max(this.#parts.now(), this.#last + 1));
  }

  #changes(work: () => void): void {
    this.#parts.onChange();
    work();
  }
}
