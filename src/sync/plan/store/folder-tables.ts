import type { RelPath } from '../../../model/path.ts';
import type { FolderReason } from '../../../model/plan.ts';
import type { PlanDatabase } from './plan-database.ts';

interface PathRow {
  readonly path: RelPath;
}

interface FolderRow extends PathRow {
  readonly reason: FolderReason;
  /** 1: it can only be created once folders have moved. */
  readonly waits: number;
}

/** The folders to create. */
export class FolderTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add(path: RelPath, reason: FolderReason): void {
    this.#db.run('INSERT OR REPLACE INTO folder VALUES (?, ?, 0)', path, reason);
  }

  /** The folder can only be created once folders have moved. */
  wait(path: RelPath): void {
    this.#db.run('UPDATE folder SET waits = 1 WHERE path = ?', path);
  }

  has(path: RelPath): boolean {
    return this.#db.at('folder', path).length > 0;
  }

  drop(path: RelPath): void {
    this.#db.drop('folder', path);
  }

  dropWithin(folder: RelPath): void {
    this.#db.dropWithin('folder', folder);
  }

  /** Those at and below `folder`. */
  *within(folder: RelPath): Generator<RelPath, void> {
    for (const { path } of this.#db.pagesWithin<PathRow>('folder', folder)) yield path;
  }

  countWithin(folder: RelPath): number {
    return this.#db.countWithin('folder', folder);
  }

  all(): Generator<FolderRow, void> {
    return this.#db.pages<FolderRow>('folder');
  }

  count(): number {
    return this.#db.count('SELECT count(*) FROM folder');
  }
}

/** The folders that both ends have. */
export class CommonFolderTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add(path: RelPath): void {
    this.#db.run('INSERT OR REPLACE INTO common_folder VALUES (?)', path);
  }

  has(path: RelPath): boolean {
    return this.#db.at('common_folder', path).length > 0;
  }

  /** Those at and below `folder`. */
  *within(folder: RelPath): Generator<RelPath, void> {
    for (const { path } of this.#db.pagesWithin<PathRow>('common_folder', folder)) yield path;
  }

  countWithin(folder: RelPath): number {
    return this.#db.countWithin('common_folder', folder);
  }
}

/** The folders at the destination that can move as wholes: every file in them is freed, every folder in them is ours. */
export class WholeFolderTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  /** `files`: how many are below it. */
  add(path: RelPath, files: number): void {
    this.#db.run('INSERT OR REPLACE INTO whole_folder VALUES (?, ?)', path, files);
  }

  /** The number of files below a whole folder; undefined for any other. */
  filesIn(path: RelPath): number | undefined {
    return this.#db.at<{ files: number }>('whole_folder', path)[0]?.files;
  }
}

/**
 * The obstacles: files and folders at the destination whose name a folder, or a file, that is to come needs, and that
 * can leave the name by a move only.
 */
export class ObstacleTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add(path: RelPath): void {
    this.#db.run('INSERT OR REPLACE INTO obstacle VALUES (?)', path);
  }

  drop(path: RelPath): void {
    this.#db.drop('obstacle', path);
  }

  *all(): Generator<RelPath, void> {
    for (const { path } of this.#db.pages<PathRow>('obstacle')) yield path;
  }
}

/** What moved folders bring along, files and folders, and the source does not have there. */
export class LeftoverTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  add(path: RelPath): void {
    this.#db.run('INSERT OR REPLACE INTO leftover VALUES (?)', path);
  }

  *all(): Generator<RelPath, void> {
    for (const { path } of this.#db.pages<PathRow>('leftover')) yield path;
  }
}
