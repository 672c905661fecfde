import type { FileEntry, SourceEntry } from '../../model/entry.ts';
import { isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ledgerChildren } from '../scope/ledger-children.ts';

export interface ChangedFilesOptions {
  readonly ledger: Ledger;
  /** Direct children of a folder of the source; undefined when it is not there. */
  readonly list: (folder: RelPath) => Promise<readonly SourceEntry[] | undefined>;
  /** A new file counts when it was written later than this, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/**
 * The files of some folders that may go ahead of a plan: those that the ledger has in another version, then new
 * ones, the newest first. Left
 * out is what lies in a folder that the ledger does not know, what has the name of a folder, and a new file that was
 * renamed, for its old name is gone from one of these folders: it is to be moved, not sent.
 */
export async function changedFiles(
  folders: Iterable<RelPath>,
  { ledger, list, sinceMs }: ChangedFilesOptions,
): Promise<readonly FileEntry[]> {
  const changed: FileEntry[] = [];
  const added: FileEntry[] = [];
  /** By the identity of a file that is no more at its path: that path. */
  const gone = new Map<string, RelPath>();
  const arrived = new Set<string>();
  for (const folder of folders) {
    if (!knows(ledger, folder)) continue;
    const listed = await list(folder);
    if (listed === undefined) continue;
    const entries = new Map(listed.map((entry) => [entry.path, entry]));
    for (const { path, row } of ledgerChildren(ledger, folder)) {
      if (isFolderPath(path) || row === undefined) continue;
      const entry = entries.get(path);
      entries.delete(path);
      if (row.identity !== undefined && !(entry?.kind === 'file' && entry.identity === row.identity))
        gone.set(row.identity, path);
      if (entry?.kind === 'file' && entry.version !== row.version) changed.push(entry);
    }
    for (const entry of entries.values()) {
      if (entry.kind === 'file' && entry.identity !== undefined) arrived.add(entry.identity);
      const isFresh = entry.kind === 'file' && (entry.modifiedMs ?? 0) >= sinceMs;
      if (isFresh && !knows(ledger, `${entry.path}/`)) added.push(entry);
    }
  }
  const isRenamed = ({ identity }: FileEntry): boolean => identity !== undefined && gone.has(identity);
  // what is at such a path by now must not take the place of a file that is to be moved from there
  const leaves = new Set(gone.entries().flatMap(([identity, path]) => (arrived.has(identity) ? [path] : [])));
  return [
    ...changed.filter(({ path }) => !leaves.has(path)).toSorted(newestFirst),
    ...added.filter((entry) => !isRenamed(entry)).toSorted(newestFirst),
  ];
}

const newestFirst = (a: FileEntry, b: FileEntry): number => (b.modifiedMs ?? 0) - (a.modifiedMs ?? 0);

/** Whether the ledger has a folder, or anything in it. */
function knows(ledger: Ledger, folder: RelPath): boolean {
  if (folder === '') return !ledger.isEmpty();
  const [row] = ledger.page({ from: folder, inclusive: true, limit: 1 });
  return row?.path.startsWith(folder) === true;
}
