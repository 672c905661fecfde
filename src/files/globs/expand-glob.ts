import { nameOf, type RelPath } from '../../model/path.ts';
import { hasWildcard, isAnyFolders, matchesSegment, type Glob } from './glob.ts';
import { resolvedAhead } from './resolved-ahead.ts';

/** What a listing says of one name; the path of a folder ends in '/'. */
export interface Named {
  readonly kind: 'file' | 'folder' | 'unknown';
  readonly path: RelPath;
}

export interface ExpandOptions<Entry extends Named> {
  /** Direct children of a folder, which is '' or ends in '/'; undefined: there is no such folder. */
  readonly list: (folder: RelPath) => Promise<Iterable<Entry> | undefined>;
  /** Listings under way at the same time, at most. */
  readonly lookAhead: () => number;
}

/**
 * What matches a pattern, folder by folder; each folder on the way is listed once. Where a folder has a child that is named
 * exactly as the pattern is written, that child alone is meant: `[a].csv` can be a name. Memory does not grow with the number of
 * files, but with that of the folders that wait to be listed. Rejects with what `list` rejects with.
 */
export async function* expandGlob<Entry extends Named>(
  { base, segments, foldersOnly }: Glob,
  options: ExpandOptions<Entry>,
): AsyncGenerator<Entry, void> {
  let folders: AsyncIterable<RelPath> = one(base);
  for (const [at, segment] of segments.entries()) {
    const isDeep = isAnyFolders(segments[at - 1]);
    // what `**` stands for is walked together with the name after it
    if (isAnyFolders(segment) && at < segments.length - 1) continue;
    const listings =
      isDeep || isAnyFolders(segment) ? listedBelow(folders, options) : listed(folders, options);
    if (at === segments.length - 1) {
      for await (const entry of matching(listings, segment))
        if (isWanted(entry, segment, foldersOnly)) yield entry;
      return;
    }
    folders = foldersOf(matching(listings, segment));
  }
}

/** `**` at the end means all files below; a pattern that ends in '/' means folders. */
const isWanted = ({ kind }: Named, segment: string, foldersOnly: boolean): boolean =>
  isAnyFolders(segment) ? (kind === 'folder') === foldersOnly : !foldersOnly || kind === 'folder';

async function* one<T>(item: T): AsyncGenerator<T, void> {
  yield item;
}

async function* foldersOf(entries: AsyncIterable<Named>): AsyncGenerator<RelPath, void> {
  for await (const { kind, path } of entries) if (kind === 'folder') yield path;
}

async function* matching<Entry extends Named>(
  listings: AsyncIterable<Iterable<Entry>>,
  segment: string,
): AsyncGenerator<Entry, void> {
  for await (const children of listings) {
    const isExact = hasWildcard(segment) && someNamed(children, segment);
    for (const child of children) {
      const name = nameOf(child.path);
      if (isExact ? name === segment : matchesSegment(segment, name)) yield child;
    }
  }
}

function someNamed(children: Iterable<Named>, name: string): boolean {
  for (const child of children) if (nameOf(child.path) === name) return true;
  return false;
}

async function* listed<Entry extends Named>(
  folders: AsyncIterable<RelPath>,
  { list, lookAhead }: ExpandOptions<Entry>,
): AsyncGenerator<Iterable<Entry>, void> {
  for await (const children of resolvedAhead(folders, list, lookAhead))
    if (children !== undefined) yield children;
}

/** The listings of the folders and of all below them, but for those whose names begin with a dot. */
async function* listedBelow<Entry extends Named>(
  folders: AsyncIterable<RelPath>,
  { list, lookAhead }: ExpandOptions<Entry>,
): AsyncGenerator<Iterable<Entry>, void> {
  for await (const top of folders) {
    const waiting = [top];
    while (waiting.length > 0) {
      // a level at a time: what is found in it waits for the next
      const level = waiting.splice(0);
      for await (const children of resolvedAhead(level, list, lookAhead)) {
        if (children === undefined) continue;
        yield children;
        for (const { kind, path } of children)
          if (kind === 'folder' && !nameOf(path).startsWith('.')) waiting.push(path);
      }
    }
  }
}
