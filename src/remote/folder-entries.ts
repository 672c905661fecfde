import { garbledIn, isPacked } from '../model/children.ts';
import type { Children, PackedChildren } from '../model/children.ts';
import type { DestinationChild } from '../model/entry.ts';
import { comparePaths, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import type { DestinationEntry } from './walk-folders.ts';

/** Children of a large folder that are made entries at a time. */
const PAGE = 1000;

/**
 * A folder's children as entries in path order, page by page; or the folder itself as unknown. It may be unclear whether a
 * child is a file or a folder. Where the filter excludes both, the child is given as both, and that is no trouble.
 */
export function* entryPages(
  folder: RelPath,
  children: Children,
  filter: PathFilter,
): Generator<readonly DestinationEntry[], void> {
  const garbled = garbledIn(children);
  if (garbled !== undefined)
    yield [{ kind: 'unknown', path: folder, covers: 'subtree', problem: garbled.problem }];
  else if (isPacked(children)) yield* packedPages(folder, children, filter);
  else {
    const entries: DestinationEntry[] = [];
    for (const child of children) addEntries(entries, folder + child.name, child, filter);
    yield entries.sort((a, b) => comparePaths(a.path, b.path));
  }
}

/** The folders in a folder that the filter lets be listed, in path order. */
export function* foldersToList(
  folder: RelPath,
  children: Children,
  filter: PathFilter,
): Generator<RelPath, void> {
  if (isPacked(children)) {
    for (let place = 0; place < children.length; place++) {
      if (!children.isFolder(place)) continue;
      const path = `${folder}${children.at(place).name}/`;
      if (!filter.prunes(path)) yield path;
    }
    return;
  }
  const paths: RelPath[] = [];
  for (const child of children) if (child.kind === 'folder') paths.push(`${folder}${child.name}/`);
  for (const path of paths.sort(comparePaths)) if (!filter.prunes(path)) yield path;
}
