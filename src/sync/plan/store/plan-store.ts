import { foldersOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Arrival, Removal } from '../planned.ts';
import { ArrivalTable, CarriedTable, ContentCheckTable } from './arrival-tables.ts';
import { CommonFolderTable, FolderTable, ObstacleTable, WholeFolderTable } from './folder-tables.ts';
import { FreedTable, PairTable } from './move-tables.ts';
import { PlanDatabase } from './plan-database.ts';
import type { PlanTable } from './plan-database.ts';
import { RemovalTable } from './removal-table.ts';

export type { Arrival, Removal };

/** The tables in which a step about a file has the file's path; arrivals apart. */
const STEPS_OF_FILE = ['removal', 'freed', 'carried', 'content_check', 'obstacle'] as const;
/** The tables in which a step about a whole folder has the folder's path. */
const STEPS_OF_FOLDER = ['removal', 'whole_folder', 'folder', 'obstacle'] as const;
/** The tables in which a step about a file shows that something else has, or needs, the name of a folder. */
const STEPS_OF_NAME = ['arrival', 'removal', 'freed', 'obstacle'] as const;

/**
 * A plan in the making, which can be too large for memory. One table for each kind of step, keyed by path, so that
 * every phase reads its steps in path order.
 *
 * The one part of planning that does I/O: a temporary SQLite file of its own, which nobody else can open.
 */
export class PlanStore {
  readonly #db = new PlanDatabase();
  /** Files to upload, or to move to their place. */
  readonly arrivals = new ArrivalTable(this.#db);
  /** Folders to create. */
  readonly folders = new FolderTable(this.#db);
  /** Files and folders to remove. */
  readonly removals = new RemovalTable(this.#db);
  /** Files that come to their place with a folder's move. */
  readonly carried = new CarriedTable(this.#db);
  /** Files whose content has to be compared. */
  readonly contentChecks = new ContentCheckTable(this.#db);
  /** Files that a move may take away. */
  readonly freed = new FreedTable(this.#db);
  /** Freed files and the arrivals with their content. */
  readonly pairs = new PairTable(this.#db);
  /** Folders that can move as wholes. */
  readonly wholeFolders = new WholeFolderTable(this.#db);
  /** Folders that both ends have. */
  readonly commonFolders = new CommonFolderTable(this.#db);
  /** Names that are needed and that only a move can free. */
  readonly obstacles = new ObstacleTable(this.#db);

  /** Drops the files and folders that were to come below `folder`, and the folder itself. */
  dropComingWithin(folder: RelPath): void {
    this.arrivals.dropWithin(folder);
    this.folders.dropWithin(folder);
  }

  /**
   * Whether a step of the plan is about the file `path`, or about a folder above it. An upload that is planned for it counts
   * only where it is not one of `sent`, the version that the destination has by now.
   */
  concerns(path: RelPath, { sent }: { readonly sent?: string | undefined } = {}): boolean {
    const arrival = this.arrivals.get(path);
    if (arrival !== undefined && arrival.entry.version !== sent) return true;
    const named = (place: RelPath, tables: readonly PlanTable[]): boolean =>
      tables.some((table) => this.#db.at(table, place).length > 0);
    if (named(path, STEPS_OF_FILE) || this.pairs.has(path)) return true;
    return [...foldersOf(path), `${path}/`].some(
      (folder) =>
        named(folder, STEPS_OF_FOLDER) ||
        (folder !== `${path}/` && named(folder.slice(0, -1), STEPS_OF_NAME)),
    );
  }

  /** Takes back what was planned for the folders above `path`, as wholes, and for files of their names. */
  sparesFoldersOf(path: RelPath): void {
    for (const folder of foldersOf(path)) {
      for (const table of STEPS_OF_FOLDER) if (table !== 'folder') this.#db.drop(table, folder);
      for (const table of STEPS_OF_NAME) this.#db.drop(table, folder.slice(0, -1));
    }
  }

  /** Everything counted: what the guards and the cost are made from. `removals` are requests, `removedFiles` files. */
  totals(): { arrivals: number; bytes: number; folders: number; removals: number; removedFiles: number } {
    const { count, bytes } = this.arrivals.totals();
    let removals = 0;
    for (const _ of this.removals.requests()) removals++;
    return {
      arrivals: count,
      bytes,
      folders: this.folders.count(),
      removals,
      removedFiles: this.removals.files(),
    };
  }

  [Symbol.dispose](): void {
    this.#db[Symbol.dispose]();
  }
}
