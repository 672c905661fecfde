import { DatabaseSync } from 'node:sqlite';
import type { ShownEntry } from '../../../jobs/ends/list-place.ts';

/** Entries handed out at once. */
const PAGE = 500;

/**
 * A listing with its largest, or newest, files first; folders come last, equals by name. All of it waits in a temporary
 * file that SQLite removes by itself, so that memory does not grow with the number of files. What is unknown is told first.
 */
export async function* sortedListing(
  listing: AsyncIterable<readonly ShownEntry[]>,
  by: 'size' | 'time',
  opened: AsyncDisposableStack,
): AsyncGenerator<readonly ShownEntry[], void> {
  // the empty name is that of a private database on the disk
  const database = new DatabaseSync('');
  opened.defer(() => database.close());
  database.exec('CREATE TABLE entry (path TEXT NOT NULL, size INTEGER, time REAL) STRICT');
  const add = database.prepare('INSERT INTO entry VALUES (?, ?, ?)');
  for await (const entries of listing) {
    const unknown = entries.filter(({ kind }) => kind === 'unknown');
    if (unknown.length > 0) yield unknown;
    database.exec('BEGIN');
    for (const entry of entries) {
      if (entry.kind === 'file') add.run(entry.path, entry.size, entry.modifiedMs ?? null);
      else if (entry.kind === 'folder') add.run(entry.path, null, null);
    }
    database.exec('COMMIT');
  }
  const rows = database
    .prepare(`SELECT path, size, time FROM entry ORDER BY size IS NULL, ${by} IS NULL, ${by} DESC, path`)
    .iterate() as Iterable<{ path: string; size: number | null; time: number | null }>;
  let page: ShownEntry[] = [];
  for (const { path, size, time } of rows) {
    page.push(
      size === null ? { kind: 'folder', path } : { kind: 'file', path, size, modifiedMs: time ?? undefined },
    );
    if (page.length === PAGE) {
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}
