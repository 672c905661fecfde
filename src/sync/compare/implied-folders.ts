import type { SourceEntry } from '../../model/entry.ts';
import { SyncError } from '../../model/errors.ts';
import { comparePaths, foldersOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';

/**
 * Gives every source the same shape: each folder on the way to a file is an entry before that file. S3 lists keys only,
 * and a filter that lets single files through implies just their folders. Pure but for the reading of `batches`.
 *
 * Rejects with `source_listing_broken` when entries do not come in path order: a merge over a disordered listing would
 * take an entry that is merely late for a missing one.
 */
export async function* withImpliedFolders(
  batches: AsyncIterable<readonly SourceEntry[]>,
  filter: PathFilter,
): AsyncGenerator<readonly SourceEntry[], void> {
  let last: RelPath = '';
  let folder: RelPath = '';
  for await (const batch of batches) {
    const out: SourceEntry[] = [];
    for (const entry of batch) {
      if (entry.kind === 'unknown' && entry.covers === 'nothing') {
        out.push(entry);
        continue;
      }
      if (last !== '' && comparePaths(last, entry.path) >= 0) throw disordered(last, entry.path);
      last = entry.path;
      // an excluded folder is no entry by itself; files below it that take part imply the folder
      if (entry.kind === 'folder' && filter.excludes(entry.path)) continue;
      const parent = parentOf(entry.path);
      if (parent !== folder) {
        for (const each of foldersOf(parent)) {
          if (!folder.startsWith(each)) out.push({ kind: 'folder', path: each });
        }
        folder = parent;
      }
      if (entry.kind === 'folder') {
        if (entry.path === folder) continue;
        folder = entry.path;
      }
      out.push(entry);
    }
    if (out.length > 0) yield out;
  }
}

const disordered = (before: RelPath, after: RelPath): SyncError =>
  new SyncError(
    'source_listing_broken',
    `the source listed ${JSON.stringify(after)} after ${JSON.stringify(before)}, which is not in byte order; nothing can be compared safely with such a listing`,
    { verdict: 'end_run' },
  );
