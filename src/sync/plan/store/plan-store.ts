import type { RelPath } from '../../../model/path.ts';
import type { Arrival, Removal } from '../planned.ts';
import { ArrivalTable, ContentCheckTable, MovedTable } from './arrival-tables.ts';
import { FolderMoveTable, FolderPairTable } from './folder-move-table.ts';
import {
  CommonFolderTable,
  FolderTable,
  LeftoverTable,
  ObstacleTable,
  WholeFolderTable,
} from './folder-tables.ts';
import { FreedTable } from './freed-table.ts';
import { PairTable } from './pair-table.ts';
import { concerns, spareFoldersOf } from './plan-concerns.ts';
import { PlanDatabase } from './plan-database.ts';
import { RemovalTable } from './removal-table.ts';
import { StepTable } from './step-table.ts';

export type { Arrival, Removal };

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
  /** Files that come to their place by a move. */
  readonly moved = new MovedTable(this.#db);
  /** Files whose content has to be compared. */
  readonly contentChecks = new ContentCheckTable(this.#db);
  /** Files that a move may take away. */
  readonly freed = new FreedTable(this.#db);
  /** Freed files and the arrivals with their content. */
  readonly pairs = new PairTable(this.#db);
  /** Folders whose files move to the same places below another one. */
  readonly folderPairs = new FolderPairTable(this.#db);
  /** Folders that move as wholes. */
  readonly folderMoves = new FolderMoveTable(this.#db);
  /** The moves, in the order in which they are made. */
  readonly steps = new StepTable(this.#db);
  /** What moved folders bring along unwanted. */
  readonly leftovers = new LeftoverTable(this.#db);
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

  /** Whether a step of the plan is about the file, or about a folder above it; planned uploads of the file apart. */
  concerns(path: RelPath): boolean {
    return concerns(this.#db, path);
  }

  /** Takes back what was planned for the folders above `path` as wholes, and for files of their names. */
  sparesFoldersOf(path: RelPath): void {
    spareFoldersOf(this.#db, path);
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
