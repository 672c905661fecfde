import type { RelPath } from '../../model/path.ts';
import type { CheckVerdict } from '../../remote/remote.ts';
import { contentOf } from '../naming/named-things.ts';
import type { FileParts } from '../file-changes.ts';
import type { Restorable } from './newest-entries.ts';
import { makeFolders } from './restored-folders.ts';

/**
 * What is left of a folder in the trash whose files have come back one by one: nothing, where nothing but folders is left of
 * it. Those that were empty come back as well. With a file in it, or with what cannot be listed, it stays as it is.
 */
export async function clearEmptied(
  parts: FileParts,
  { path, place, pathFile }: Restorable,
  made: Set<RelPath>,
): Promise<void> {
  const { remote } = parts;
  const left = await foldersLeft(parts, place);
  if (left === undefined) return;
  for (const folder of left) await makeFolders(parts, path + folder.slice(place.length), made);
  for (const folder of [place, ...left].reverse()) {
    const check = async (): Promise<CheckVerdict> => {
      const inside = await remote.listNow(folder);
      return inside === undefined ? 'gone' : inside.length === 0 ? 'go' : 'kept';
    };
    if ((await remote.remove(folder, { begins: true, check })) === 'kept') return;
  }
  if (pathFile !== undefined) await remote.remove(pathFile);
}

/** The folders in a folder, in path order; undefined where something else is in it. */
async function foldersLeft(parts: FileParts, place: RelPath): Promise<RelPath[] | undefined> {
  const folders: RelPath[] = [];
  const top = await parts.remote.list(place);
  if (top === undefined) return undefined;
  for await (const batch of contentOf(place, top, parts))
    for (const entry of batch) {
      if (entry.kind !== 'content' || entry.shown !== undefined) return undefined;
      folders.push(entry.path);
    }
  return folders;
}
