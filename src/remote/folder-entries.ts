import { garbledIn, isPacked } from '../model/children.ts';
import type { Children, PackedChildren } from '../model/children.ts';
import type { DestinationChild } from '../model/entry.ts';
import { comparePaths, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import type { DestinationEntry } from './destination-entry.ts';

/** Children of a large folder that are made entries at a time. */
const PER_PAGE = 1000;

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
  else if (isPacked(children)) yield* pagesOfPacked(folder, children, filter);
  else yield sortedEntries(folder, children, filter);
}

/** One folder's entries in path order, read from the front, and its folders, which may be asked for further ahead. */
export class FolderEntries {
  readonly #pages: Iterator<readonly DestinationEntry[], void>;
  readonly #folders: Iterator<RelPath, void>;
  #page: readonly DestinationEntry[] = [];
  #at = 0;
  /** Folders to list: how many `next` has given, and how many `nextFolder` has passed. */
  #read = 0;
  #passed = 0;

  constructor(folder: RelPath, children: Children, filter: PathFilter) {
    this.#pages = entryPages(folder, children, filter);
    if (isPacked(children)) this.#folders = foldersOfPacked(folder, children, filter);
    else {
      this.#turnPage();
      this.#folders = this.#page
        .filter(isToList)
        .map(({ path }) => path)
        .values();
    }
  }

  /** The next entry; undefined at the end. */
  next(): DestinationEntry | undefined {
    if (this.#at === this.#page.length && !this.#turnPage()) return undefined;
    const entry = this.#page[this.#at++]!;
    if (isToList(entry)) this.#read++;
    return entry;
  }

  /** The next folder that is to be listed and that neither method has given; undefined when there is none. */
  nextFolder(): RelPath | undefined {
    for (; this.#passed < this.#read; this.#passed++) this.#folders.next();
    const next = this.#folders.next();
    if (next.done === true) return undefined;
    this.#passed++;
    return next.value;
  }

  #turnPage(): boolean {
    const next = this.#pages.next();
    this.#page = next.done === true ? [] : next.value;
    this.#at = 0;
    return this.#page.length > 0;
  }
}

/** Whether the entry is a folder that has to be listed. */
export const isToList = (entry: DestinationEntry): boolean => entry.kind === 'folder' && !entry.unseen;

function sortedEntries(
  folder: RelPath,
  children: Iterable<DestinationChild>,
  filter: PathFilter,
): DestinationEntry[] {
  const entries: DestinationEntry[] = [];
  for (const child of children) {
    const path = folder + child.name;
    entries.push(entryOf(path, child, filter));
    if (child.kind === 'unknown') entries.push(folderOf(`${path}/`, child, filter));
  }
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}

function* pagesOfPacked(
  folder: RelPath,
  children: PackedChildren,
  filter: PathFilter,
): Generator<readonly DestinationEntry[], void> {
  // the other halves of unclear children, which come later; the nearest is the last
  const waiting: DestinationEntry[] = [];
  let page: DestinationEntry[] = [];
  for (const child of children) {
    const path = folder + child.name;
    const entry = entryOf(path, child, filter);
    while (waiting.length > 0 && comparePaths(waiting.at(-1)!.path, entry.path) < 0)
      page.push(waiting.pop()!);
    page.push(entry);
    if (child.kind === 'unknown') waiting.push(folderOf(`${path}/`, child, filter));
    if (page.length < PER_PAGE) continue;
    yield page;
    page = [];
  }
  page.push(...waiting.reverse());
  if (page.length > 0) yield page;
}

function* foldersOfPacked(
  folder: RelPath,
  children: PackedChildren,
  filter: PathFilter,
): Generator<RelPath, void> {
  for (let place = 0; place < children.length; place++) {
    if (!children.isFolder(place)) continue;
    const path = `${folder}${children.at(place).name}/`;
    if (!filter.prunes(path)) yield path;
  }
}

/** A child as what it is, or an unclear one as the file that it may be. */
function entryOf(path: RelPath, child: DestinationChild, filter: PathFilter): DestinationEntry {
  if (child.kind === 'file') {
    const { size, modifiedMs } = child;
    return filter.excludes(path)
      ? { kind: 'excluded', path, modifiedMs }
      : { kind: 'file', path, size, modifiedMs };
  }
  if (child.kind === 'folder') return { kind: 'folder', path: `${path}/`, unseen: filter.prunes(`${path}/`) };
  if (takesNoPart(path, filter)) return { kind: 'excluded', path, modifiedMs: undefined };
  // the kind of the child cannot be told: neither a file of that name nor anything below such a folder is known
  return { kind: 'unknown', path, covers: 'path', problem: child.problem };
}

/** An unclear child as the folder that it may be; `path` ends in '/'. */
function folderOf(
  path: RelPath,
  { problem }: Extract<DestinationChild, { kind: 'unknown' }>,
  filter: PathFilter,
): DestinationEntry {
  return takesNoPart(path.slice(0, -1), filter)
    ? { kind: 'folder', path, unseen: true }
    : { kind: 'unknown', path, covers: 'subtree', problem };
}

/** Whether a child is left out whatever it is. A reserved name could be swept, so its kind has to be clear. */
const takesNoPart = (path: RelPath, filter: PathFilter): boolean =>
  filter.excludes(path) && filter.prunes(`${path}/`) && !isReservedName(path);
