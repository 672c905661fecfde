import { foldersOf, type RelPath } from '../../model/path.ts';
import type { FileParts } from '../file-changes.ts';

/** So many folders are known to be there. */
const MOST_MADE = 1000;

/** Makes a folder and those above it where they are not there. `made` holds folders that are there by now. */
export async function makeFolders({ remote }: FileParts, folder: RelPath, made: Set<RelPath>): Promise<void> {
  for (const each of foldersOf(folder)) {
    if (made.has(each)) continue;
    if ((await remote.list(each)) === undefined) await remote.makeFolder(each);
    if (made.size >= MOST_MADE) made.clear();
    made.add(each);
  }
}
