import type { Children } from '../../model/children.ts';
import { SyncError } from '../../model/errors.ts';
import { parentOf, type RelPath } from '../../model/path.ts';
import type { Remote } from '../../remote/remote.ts';
import type { FileParts } from '../file-changes.ts';
import { thingNamed } from '../naming/named-things.ts';

export interface MakeFolderOptions {
  /** The folders above it are made too, and a folder that is there already is no failure. */
  readonly parents: boolean;
}

/** Makes a folder, after a look at what is there. Rejects where its name is taken. */
export async function makeFolder(
  parts: FileParts,
  folder: RelPath,
  { parents }: MakeFolderOptions,
): Promise<void> {
  const { remote, tally, dryRun } = parts;
  const missing = await missingFolders(remote, folder);
  if (!parents && missing.length === 0) throw taken(folder, 'is there already (-p accepts that)');
  if (!parents && missing.length > 1)
    throw new SyncError(
      'destination_missing',
      `the folder ${parentOf(folder)} is not there (-p makes it too)`,
      {
        verdict: 'skip_entry',
        fact: 'missing',
        operation: 'create_folder',
      },
    );
  for (const each of missing) {
    if (!dryRun) await remote.makeFolder(each);
    tally.changed({ kind: 'create_folder', path: each });
  }
}

/** Folders on the way to a folder that are not there, outermost first, the folder itself last; a listing for each, and one more. */
async function missingFolders(remote: Remote, folder: RelPath): Promise<RelPath[]> {
  const missing: RelPath[] = [];
  let listing: Children | undefined;
  for (let at = folder; listing === undefined; at = parentOf(at)) {
    listing = at === '' ? ((await remote.list(at)) ?? []) : await remote.list(at);
    if (listing === undefined) missing.unshift(at);
  }
  const [first] = missing;
  const inTheWay = first === undefined ? undefined : thingNamed(listing, first.slice(0, -1));
  if (inTheWay?.kind === 'file') throw taken(inTheWay.path, 'is a file, and no folder can have its name');
  return missing;
}

const taken = (path: RelPath, why: string): SyncError =>
  new SyncError('destination_taken', (name) => `${name} ${why}`, {
    verdict: 'skip_entry',
    fact: 'taken',
    operation: 'create_folder',
    path,
  });
