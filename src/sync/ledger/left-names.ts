import { afterFolder, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { LedgerDatabase } from './database/ledger-database.ts';

/**
 * Names that files leave in a pass that does not follow files to their tables, of a pair that others follow: pipelines may know
 * them. Called before the rows go.
 */
export function keepLeftNames(db: LedgerDatabase, path: RelPath): void {
  const end = isFolderPath(path) ? afterFolder(path) : `${path}\0`;
  db.sql(
    `INSERT OR REPLACE INTO load SELECT path, 0, 1, 2, 0, '{}' FROM entry
      WHERE path >= ? AND path < ? AND path NOT LIKE '%/' AND EXISTS (SELECT 1 FROM meta WHERE key = 'loads_up_to')`,
  ).run(path, end);
}
