import { foldersOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PlanDatabase, PlanTable } from './plan-database.ts';

/** What a step is about, by the table that has its path. Arrivals are apart: an upload may be given up for a newer one. */
const OF_FILE: readonly PlanTable[] = ['removal', 'freed', 'moved', 'leftover', 'content_check', 'obstacle'];
const OF_FOLDER: readonly PlanTable[] = ['removal', 'whole_folder', 'leftover', 'obstacle'];
/** A file of a folder's name, which is to come, to go or to move. */
const OF_NAME: readonly PlanTable[] = ['arrival', ...OF_FILE];

/** Whether a step of the plan is about the file, or about a folder above it; planned uploads of the file apart. */
export function concerns(db: PlanDatabase, path: RelPath): boolean {
  const isIn = (tables: readonly PlanTable[], place: RelPath): boolean =>
    tables.some((table) => db.at(table, place).length > 0);
  if (isIn(OF_FILE, path) || moves(db, path) || db.has(UPLOAD_FIRST, path)) return true;
  const isOfFolder = (folder: RelPath): boolean =>
    isIn(OF_FOLDER, folder) || db.at('folder', folder).length > 0 || moves(db, folder);
  return (
    isOfFolder(`${path}/`) ||
    foldersOf(path).some((folder) => isOfFolder(folder) || isIn(OF_NAME, folder.slice(0, -1)))
  );
}

const UPLOAD_FIRST = 'SELECT 1 FROM upload_first WHERE path = ?';
const MOVES = [
  'SELECT 1 FROM pair WHERE from_path = ?1 OR to_path = ?1',
  'SELECT 1 FROM folder_move WHERE from_path = ?1 OR to_path = ?1',
  'SELECT 1 FROM step WHERE from_path = ?1 OR to_path = ?1',
];

/** Whether a file or folder moves from or to the place. */
const moves = (db: PlanDatabase, place: RelPath): boolean => MOVES.some((text) => db.has(text, place));

/**
 * Takes back what was planned for the folders above `path` as wholes, and for files of their names. Before moves are
 * planned.
 */
export function spareFoldersOf(db: PlanDatabase, path: RelPath): void {
  for (const folder of foldersOf(path)) {
    for (const table of OF_FOLDER) db.drop(table, folder);
    for (const table of OF_NAME) db.drop(table, folder.slice(0, -1));
  }
}
