import { garbledIn, isPacked } from '../model/children.ts';
import type { Children, PackedChildren } from '../model/children.ts';
import type { DestinationChild } from '../model/entry.ts';
import { comparePaths, isReservedName } from '../model/path.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';
import type { DestinationEntry } from './destination-entry.ts';

export type UnknownEntry = Extract<DestinationEntry, { kind: 'unknown' }>;
type UnknownChild = Extract<DestinationChild, { kind: 'unknown' }>;

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
  if (garbled !== undefined) yield [garbledFolder(folder, garbled)];
  else if (isPacked(children)) yield* pagesOfPacked(folder, children, filter);
  else yield sortedEntries(folder, children, filter);
}

/** The same, to be read from the front and looked into further ahead; or the folder itself as unknown. */
export function openFolder(
  folder: RelPath,
  children: Children,
  filter: PathFilter,
): FolderEntries | UnknownEntry {
  const garbled = garbledIn(children);
  if (garbled !== undefined) return garbledFolder(folder, garbled);
  if (!isPacked(children)) return new FolderEntries(sortedEntries(folder, children, filter));
  const packed = {
    pages: pagesOfPacked(folder, children, filter),
    folders: foldersOfPacked(folder, children, filter),
  };
  return new FolderEntries([], packed);
}

/** The entries of a large folder, which are made as they are read. */
interface PackedEntries {
  readonly pages: Iterator<DestinationEntry[], void>;
  /** All folders in them that are to be listed. */
  readonly folders: Iterator<RelPath, void>;
}

/** One folder's entries in path order, read from the front, and its folders, which may be asked for further ahead. */
export class FolderEntries {
  readonly #packed: PackedEntries | undefined;
  #page: readonly DestinationEntry[];
  #at = 0;
  /** Where in the page `nextFolder` goes on; without further pages. */
  #ahead = 0;
  /** With further pages. Folders to list: how many `moveTo` has given, and how many `nextFolder` has passed. */
  #read = 0;
  #passed = 0;

  constructor(page: readonly DestinationEntry[], packed?: PackedEntries) {
    this.#page = page;
    this.#packed = packed;
  }

  /** Moves entries into `run` until it ends with a folder that is to be listed, has `most` entries, or all are moved. */
  moveTo(run: DestinationEntry[], most: number): void {
    while (run.length < most && (this.#at < this.#page.length || this.#turnPage())) {
      const entry = this.#page[this.#at++]!;
      run.push(entry);
      if (!isToList(entry)) continue;
      this.#read++;
      return;
    }
  }

  /** Whether all entries have been moved. */
  get ended(): boolean {
    return this.#at === this.#page.length && !this.#turnPage();
  }

  /** The next folder that is to be listed and that neither method has given; undefined when there is none. */
  nextFolder(): RelPath | undefined {
    return this.#packed === undefined ? this.#nextOfPage() : this.#nextOf(this.#packed.folders);
  }

  #nextOfPage(): RelPath | undefined {
    this.#ahead = Math.max(this.#ahead, this.#at);
    while (this.#ahead < this.#page.length) {
      const entry = this.#page[this.#ahead++]!;
      if (isToList(entry)) return entry.path;
    }
    return undefined;
  }

  #nextOf(folders: Iterator<RelPath, void>): RelPath | undefined {
    for (; this.#passed < this.#read; this.#passed++) folders.next();
    const next = folders.next();
    if (next.done === true) return undefined;
    this.#passed++;
    return next.value;
  }

  #turnPage(): boolean {
    const next = this.#packed?.pages.next();
    if (next === undefined || next.done === true) return false;
    this.#page = next.value;
    this.#at = 0;
    return true;
  }
}

const garbledFolder = (path: RelPath, { problem }: UnknownChild): UnknownEntry => ({
  kind: 'unknown',
  path,
  covers: 'subtree',
  problem,
});

/** Whether the entry is a folder that has to be listed. */
export const isToList = (entry: DestinationEntry): boolean => entry.kind === 'folder' && !entry.unseen;

function sortedEntries(
  folder: RelPath,
  children: readonly DestinationChild[],
  filter: PathFilter,
): DestinationEntry[] {
  const entries: DestinationEntry[] = [];
  for (const child of children) {
    const path = folder + child.name;
    if (child.kind === 'file') {
      entries.push(fileEntry(path, child, filter));
      continue;
    }
    entries.push(entryOf(path, child, filter));
    if (child.kind === 'unknown') entries.push(folderOf(`${path}/`, child, filter));
  }
  return entries.sort((a, b) => comparePaths(a.path, b.path));
}

function* pagesOfPacked(
  folder: RelPath,
  children: PackedChildren,
  filter: PathFilter,
): Generator<DestinationEntry[], void> {
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

const fileEntry = (
  path: RelPath,
  { size, modifiedMs }: Extract<DestinationChild, { kind: 'file' }>,
  filter: PathFilter,
): DestinationEntry =>
  filter.excludes(path) ? { kind: 'excluded', path, modifiedMs } : { kind: 'file', path, size, modifiedMs };

/** A child as what it is, or an unclear one as the file that it may be. */
function entryOf(path: RelPath, child: DestinationChild, filter: PathFilter): DestinationEntry {
  if (child.kind === 'file') return fileEntry(path, child, filter);
  if (child.kind === 'folder') return { kind: 'folder', path: `${path}/`, unseen: filter.prunes(`${path}/`) };
  if (takesNoPart(path, filter)) return { kind: 'excluded', path, modifiedMs: undefined };
  // the kind of the child cannot be told: neither a file of that name nor anything below such a folder is known
  return { kind: 'unknown', path, covers: 'path', problem: child.problem };
}

/** An unclear child as the folder that it may be; `path` ends in '/'. */
function folderOf(path: RelPath, { problem }: UnknownChild, filter: PathFilter): DestinationEntry {
  return takesNoPart(path.slice(0, -1), filter)
    ? { kind: 'folder', path, unseen: true }
    : { kind: 'unknown', path, covers: 'subtree', problem, echo: true };
}

/** Whether a child is left out whatever it is. A reserved name could be swept, so its kind has to be clear. */
const takesNoPart = (path: RelPath, filter: PathFilter): boolean =>
  filter.excludes(path) && filter.prunes(`${path}/`) && !isReservedName(path);
