import { childrenNamed, garbledIn, type Children } from '../../model/children.ts';
import type { Problem } from '../../model/entry.ts';
import { isFolderPath, isReservedName, nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import type { Lanes } from '../../remote/gate/lanes.ts';
import type { Remote } from '../../remote/remote.ts';
import { walkDestination } from '../../remote/walk-folders.ts';
import { expandGlob } from '../globs/expand-glob.ts';
import type { Glob } from '../globs/glob.ts';

/** What a path or a pattern names. Paths are from the top of the destination. */
export type NamedThing =
  | { readonly kind: 'file'; readonly path: RelPath; readonly shown: ShownVersion }
  | { readonly kind: 'folder'; readonly path: RelPath }
  | UnclearThing;

/** Something that cannot be told. */
export interface UnclearThing {
  readonly kind: 'unclear';
  readonly path: RelPath;
  readonly problem: Problem;
}

/** What is in a folder, at any depth. */
export type FolderContent =
  /** A file, or a folder: `shown` undefined. */
  | { readonly kind: 'content'; readonly path: RelPath; readonly shown: ShownVersion | undefined }
  | UnclearThing;

export interface LookOptions {
  readonly remote: Remote;
  /** Says how many listings are made at the same time. */
  readonly gate: Lanes;
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

/** Listings of folders, each made once: for what is looked at together, before anything is changed. */
export class ListedOnce {
  readonly #remote: Remote;
  readonly #listings = new Map<RelPath, Promise<Children | undefined>>();

  constructor(remote: Remote) {
    this.#remote = remote;
  }

  list(folder: RelPath): Promise<Children | undefined> {
    const listing = this.#listings.get(folder) ?? this.#remote.list(folder);
    this.#listings.set(folder, listing);
    return listing;
  }

  /** What each of these paths names. */
  lookUp(paths: readonly RelPath[]): Promise<(readonly [RelPath, NamedThing | undefined])[]> {
    return Promise.all(
      [...new Set(paths)].map(
        async (path) => [path, thingNamed(await this.list(parentOf(path)), path)] as const,
      ),
    );
  }
}

export const folderPathOf = (path: RelPath): RelPath => (isFolderPath(path) ? path : `${path}/`);

/** All that is in a folder, in path order. `top` is its own listing. */
export async function* contentOf(
  folder: RelPath,
  top: Children,
  { remote, gate }: LookOptions,
): AsyncGenerator<readonly FolderContent[], void> {
  const walk = walkDestination(top, {
    list: (below) => remote.list(folder + below),
    filter: EVERYTHING,
    words: remote.words,
    lookAhead: () => gate.lanes,
  });
  for await (const entries of walk) yield entries.flatMap((entry) => contentAt(folder, entry));
}

/**
 * Everything that a pattern matches, files and folders each by themselves. Hidden names of stagesync are never meant. Rejects
 * where a folder on the way cannot be listed.
 */
export async function* matching(glob: Glob, { remote, gate }: LookOptions): AsyncGenerator<NamedThing, void> {
  const list = async (folder: RelPath): Promise<Iterable<ListedThing> | undefined> => {
    const children = await remote.list(folder);
    return children && { [Symbol.iterator]: () => thingsIn(folder, children) };
  };
  for await (const { thing } of expandGlob(glob, { list, lookAhead: () => gate.lanes })) yield thing;
}

/** A child of a listed folder, as patterns see it. */
interface ListedThing {
  readonly kind: 'file' | 'folder' | 'unknown';
  readonly path: RelPath;
  readonly thing: NamedThing;
}

function* thingsIn(folder: RelPath, children: Children): Generator<ListedThing, void> {
  for (const child of children) {
    if (isReservedName(child.name)) continue;
    const { kind } = child;
    const path = kind === 'folder' ? `${folder}${child.name}/` : folder + child.name;
    if (kind === 'file') yield { kind, path, thing: { kind, path, shown: child } };
    else if (kind === 'folder') yield { kind, path, thing: { kind, path } };
    else yield { kind, path, thing: { kind: 'unclear', path, problem: child.problem } };
  }
}

/** `path` of the entry is relative to the folder. An unclear child is listed as the file and as the folder that it may be. */
function contentAt(folder: RelPath, entry: DestinationEntry): FolderContent | readonly [] {
  const path = folder + entry.path;
  switch (entry.kind) {
    case 'file':
      return { kind: 'content', path, shown: entry };
    case 'folder':
      return { kind: 'content', path, shown: undefined };
    case 'unknown':
      return entry.covers === 'subtree' ? { kind: 'unclear', path, problem: entry.problem } : [];
    case 'excluded':
      return [];
    default:
      return entry satisfies never;
  }
}
