import { childrenNamed, garbledIn, type Children } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { isFolderPath, isReservedName, nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import type { Lanes } from '../../remote/gate/lanes.ts';
import type { Remote } from '../../remote/remote.ts';
import { walkDestination } from '../../remote/walk-folders.ts';
import type { Glob } from './glob.ts';

/** What a path or a pattern names. Paths are from the top of the destination. */
export type NamedThing =
  | { readonly kind: 'file'; readonly path: RelPath; readonly shown: ShownVersion }
  | { readonly kind: 'folder'; readonly path: RelPath }
  /** A file, or a folder (`shown` undefined), in the folder that was told last. */
  | { readonly kind: 'content'; readonly path: RelPath; readonly shown: ShownVersion | undefined }
  /** Something of the folder that was told last, or that the pattern may mean, cannot be told. */
  | { readonly kind: 'unclear'; readonly path: RelPath; readonly problem: Problem };

export interface LookOptions {
  readonly remote: Remote;
  /** Says how many listings are made at the same time. */
  readonly gate: Lanes;
  /** Whether folders that match are told, and with all that is in them or alone. */
  readonly folders: 'none' | 'alone' | 'with content';
}

const EVERYTHING: PathFilter = { excludes: () => false, prunes: () => false };

/** What one name of a listing is: a file before a folder of the same name, unless the path ends in '/'. */
export function thingNamed(children: Children | undefined, path: RelPath): NamedThing | undefined {
  if (children === undefined) return undefined;
  const found = childrenNamed(children, nameOf(path));
  const file = isFolderPath(path) ? undefined : found.find(({ kind }) => kind === 'file');
  if (file?.kind === 'file') return { kind: 'file', path, shown: file };
  if (found.some(({ kind }) => kind === 'folder')) return { kind: 'folder', path: folderPathOf(path) };
  const unclear = found.find((child) => child.kind === 'unknown') ?? garbledIn(children);
  return unclear?.kind === 'unknown' ? { kind: 'unclear', path, problem: unclear.problem } : undefined;
}

export const folderPathOf = (path: RelPath): RelPath => (isFolderPath(path) ? path : `${path}/`);

/** A folder with all that is in it, in path order; nothing where there is no such folder. */
export async function* folderWithContent(
  folder: RelPath,
  options: LookOptions,
): AsyncGenerator<readonly NamedThing[], void> {
  const top = await options.remote.list(folder);
  if (top === undefined) return;
  yield [{ kind: 'folder', path: folder }];
  for await (const entries of walk(folder, top, EVERYTHING, options))
    yield entries.flatMap((entry) => contentOf(folder, entry));
}

/** Everything that a pattern matches, in path order, files and folders each by themselves. */
export async function* matching(
  glob: Glob,
  options: LookOptions,
): AsyncGenerator<readonly NamedThing[], void> {
  const { base } = glob;
  const top = await options.remote.list(base);
  if (top === undefined) return;
  // a name that is there exactly as it was typed is meant, and not what it would match
  const literal = glob.literal === undefined ? undefined : thingNamed(top, base + glob.literal);
  if (literal?.kind === 'file') return yield [literal];
  if (literal?.kind === 'folder') return yield* folderNamed(literal.path, options);
  let within: RelPath | undefined;
  const isWithin = (path: RelPath): boolean => within !== undefined && path.startsWith(within);
  for await (const entries of walk(base, top, filterOf(glob, options), options))
    yield entries.flatMap((entry): NamedThing | readonly NamedThing[] => {
      const path = base + entry.path;
      if (isWithin(path)) return options.folders === 'with content' ? contentOf(base, entry) : [];
      if (entry.kind === 'unknown') return mayMatch(glob, path) ? unclearAt(base, entry) : [];
      if (!glob.matches(path) || entry.kind === 'excluded') return [];
      if (entry.kind === 'file') return { kind: 'file', path, shown: entry };
      if (options.folders === 'none') return [];
      within = path;
      return { kind: 'folder', path };
    });
}

async function* folderNamed(
  path: RelPath,
  options: LookOptions,
): AsyncGenerator<readonly NamedThing[], void> {
  if (options.folders === 'with content') yield* folderWithContent(path, options);
  else if (options.folders === 'alone') yield [{ kind: 'folder', path }];
}

/** Folders that lead to no match are not listed; those that match are, where their content is wanted. */
function filterOf(glob: Glob, { folders }: LookOptions): PathFilter {
  const { base } = glob;
  // the folders on the way that match: all below them takes part
  const isInMatch = (path: RelPath): boolean => {
    for (let end = path.indexOf('/', base.length); end !== -1; end = path.indexOf('/', end + 1))
      if (glob.matches(path.slice(0, end + 1))) return true;
    return false;
  };
  return {
    excludes: (path) =>
      !glob.matches(base + path) && !(folders === 'with content' && isInMatch(parentOf(base + path))),
    prunes: (path) => {
      if (folders !== 'none' && isInMatch(base + path)) return folders === 'alone';
      if (isReservedName(base + path)) return true;
      return !glob.reaches(base + path);
    },
  };
}

const walk = (
  base: RelPath,
  top: Children,
  filter: PathFilter,
  { remote, gate }: LookOptions,
): AsyncGenerator<readonly DestinationEntry[], void> =>
  walkDestination(top, {
    list: (folder) => remote.list(base + folder),
    filter,
    words: remote.words,
    lookAhead: () => gate.lanes,
  });

/** An unclear child is listed as the file and as the folder that it may be, and told once. */
const unclearAt = (
  base: RelPath,
  { path, covers, problem }: Extract<DestinationEntry, { kind: 'unknown' }>,
): NamedThing | readonly [] => (covers === 'subtree' ? { kind: 'unclear', path: base + path, problem } : []);

const mayMatch = (glob: Glob, path: RelPath): boolean =>
  glob.matches(path) || glob.matches(path.replace(/\/$/, '')) || glob.reaches(folderPathOf(path));

/** `path` of the entry is relative to `base`. */
function contentOf(base: RelPath, entry: DestinationEntry): NamedThing | readonly NamedThing[] {
  const path = base + entry.path;
  switch (entry.kind) {
    case 'file':
      return { kind: 'content', path, shown: entry };
    case 'folder':
      return { kind: 'content', path, shown: undefined };
    case 'unknown':
      return unclearAt(base, entry);
    case 'excluded':
      return [];
    default:
      return entry satisfies never;
  }
}
