import { afterFolder, foldersOf, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { pathAfter } from '../moves/move.ts';
import type { FolderMove, Move } from '../moves/move.ts';
import { byFrom, PAGE } from './plan-database.ts';
import type { PlanDatabase } from './plan-database.ts';

const COLUMNS = 'from_path AS "from", to_path AS "to", files';

/** For every pair of folders, how many files move from a place below the one to the same place below the other. */
export class FolderPairTable {
  readonly #db: PlanDatabase;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  clear(): void {
    this.#db.run('DELETE FROM folder_pair');
  }

  add({ from, to, files }: FolderMove): void {
    this.#db.run(
      'INSERT INTO folder_pair VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET files = files + excluded.files',
      from,
      to,
      files,
    );
  }

  /** Most files first; of a folder and its parent with the same number of files, the parent. */
  byFiles(): Iterable<FolderMove> {
    return this.#db.each(
      `SELECT ${COLUMNS} FROM folder_pair ORDER BY files DESC, length(to_path), to_path, from_path`,
    );
  }
}

/** The folders that move as wholes. No two of them lie in each other, nor do any two new folders. */
export class FolderMoveTable {
  readonly #db: PlanDatabase;
  #count = 0;

  constructor(db: PlanDatabase) {
    this.#db = db;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add({ from, to, files }: FolderMove): void {
    this.#db.run('INSERT INTO folder_move VALUES (?, ?, ?)', from, to, files);
    this.#count++;
  }

  drop(from: RelPath): void {
    this.#count -= this.#db.run('DELETE FROM folder_move WHERE from_path = ?', from);
  }

  clear(): void {
    this.#db.run('DELETE FROM folder_move');
    this.#count = 0;
  }

  all(): Generator<FolderMove, void> {
    const text = `SELECT ${COLUMNS} FROM folder_move WHERE from_path > ? ORDER BY from_path LIMIT ${PAGE}`;
    return this.#db.paged<FolderMove>((last) => this.#db.all(text, last?.from ?? ''), byFrom);
  }

  /** The move of this very folder. */
  leaving(folder: RelPath): FolderMove | undefined {
    if (this.isEmpty) return undefined;
    return this.#db.all<FolderMove>(`SELECT ${COLUMNS} FROM folder_move WHERE from_path = ?`, folder)[0];
  }

  /** The move that gives a folder this very name. */
  comingTo(folder: RelPath): FolderMove | undefined {
    if (this.isEmpty) return undefined;
    return this.#db.all<FolderMove>(`SELECT ${COLUMNS} FROM folder_move WHERE to_path = ?`, folder)[0];
  }

  /** The move of the folder that a file, or folder, is in, or is. */
  taking(path: RelPath): FolderMove | undefined {
    if (this.isEmpty) return undefined;
    return firstOf(foldersOf(path), (folder) => this.leaving(folder));
  }

  /** The move to the folder that a place is in, or is. */
  bringing(path: RelPath): FolderMove | undefined {
    if (this.isEmpty) return undefined;
    return firstOf(foldersOf(path), (folder) => this.comingTo(folder));
  }

  /** Where a file is after all folders have moved. */
  placeAfter(path: RelPath): RelPath {
    const move = this.taking(path);
    return move === undefined ? path : pathAfter(move, path);
  }

  /** Whether one of the moves and this one would carry each other's files along, or one lands inside what the other takes away. */
  hinders({ from, to }: Move): boolean {
    if (this.isEmpty) return false;
    const below = (column: 'from_path' | 'to_path', folder: RelPath): boolean =>
      this.#db.has(
        `SELECT 1 FROM folder_move WHERE ${column} > ? AND ${column} < ? LIMIT 1`,
        folder,
        afterFolder(folder),
      );
    return (
      this.taking(from) !== undefined ||
      below('from_path', from) ||
      this.bringing(to) !== undefined ||
      below('to_path', to) ||
      // to the very name that the other leaves, a folder may move
      below('to_path', from) ||
      this.taking(parentOf(to)) !== undefined
    );
  }
}

function firstOf<T>(folders: readonly RelPath[], find: (folder: RelPath) => T | undefined): T | undefined {
  for (const folder of folders) {
    const found = find(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}
