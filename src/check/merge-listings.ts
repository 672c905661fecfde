import type { FileEntry, Problem, SourceEntry } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { Cursor } from '../sync/compare/cursor.ts';
import { first, UnknownPaths } from '../sync/compare/merge.ts';

/** The two places that are compared. */
export type Side = 'a' | 'b';

/** What the listings of both places say of one path. */
export type Comparison =
  /** Files of one size on both sides; only their contents can tell more. */
  | { readonly kind: 'alike'; readonly path: RelPath; readonly a: FileEntry; readonly b: FileEntry }
  | { readonly kind: 'differ'; readonly path: RelPath; readonly a: FileEntry; readonly b: FileEntry }
  /** A has the file and B does not. */
  | { readonly kind: 'missing'; readonly path: RelPath; readonly a: FileEntry }
  /** B has the file and A does not. */
  | { readonly kind: 'extra'; readonly path: RelPath; readonly b: FileEntry }
  /** A side shows something here that it cannot list or read. */
  | { readonly kind: 'unclear'; readonly path: RelPath; readonly side: Side; readonly problem: Problem }
  /** A file on one side, where the other side could not say what is there; the trouble itself was told as `unclear`. */
  | { readonly kind: 'not_compared'; readonly path: RelPath };

/**
 * Merges the listings of two places, both in path order, into what they say of each path. Folders count only by the files
 * in them. Memory does not grow with the number of paths. Rejects with whatever a listing rejected with.
 */
export async function* mergeListings(
  a: Cursor<SourceEntry>,
  b: Cursor<SourceEntry>,
): AsyncGenerator<Comparison, void> {
  const unknownIn = { a: new UnknownPaths(), b: new UnknownPaths() };
  for (;;) {
    if (a.needsFill) await a.fill();
    if (b.needsFill) await b.fill();
    const [nextA, nextB] = [a.current, b.current];
    if (isReportOnly(nextA)) {
      a.advance();
      yield* unclear('a', nextA);
      continue;
    }
    if (isReportOnly(nextB)) {
      b.advance();
      yield* unclear('b', nextB);
      continue;
    }
    const path = first(nextA?.path, nextB?.path);
    if (path === undefined) return;
    const [inA, inB] = [nextA?.path === path ? nextA : undefined, nextB?.path === path ? nextB : undefined];
    if (inA !== undefined) a.advance();
    if (inB !== undefined) b.advance();
    yield* compare({
      path,
      a: inA,
      b: inB,
      isUnknown: { a: unknownIn.a.covers(path, inA), b: unknownIn.b.covers(path, inB) },
    });
  }
}

/** One path as both listings show it. */
export interface ListedPath {
  readonly path: RelPath;
  readonly a: SourceEntry | undefined;
  readonly b: SourceEntry | undefined;
  /** Whether a side could not say what is there: its silence does not mean that nothing is. */
  readonly isUnknown: Readonly<Record<Side, boolean>>;
}

/** Judges one path. What cannot be told is neither equal nor missing. */
export function* compare({ path, a, b, isUnknown }: ListedPath): Generator<Comparison, void> {
  if (isUnknown.a || isUnknown.b) {
    yield* unclear('a', a);
    yield* unclear('b', b);
    if (a?.kind === 'file' || b?.kind === 'file') yield { kind: 'not_compared', path };
  } else if (a?.kind === 'file' && b?.kind === 'file') {
    yield { kind: a.size === b.size ? 'alike' : 'differ', path, a, b };
  } else if (a?.kind === 'file') yield { kind: 'missing', path, a };
  else if (b?.kind === 'file') yield { kind: 'extra', path, b };
}

function* unclear(side: Side, entry: SourceEntry | undefined): Generator<Comparison, void> {
  if (entry?.kind !== 'unknown' || entry.echo === true) return;
  yield { kind: 'unclear', path: entry.path, side, problem: entry.problem };
}

/** An entry whose name no other side can have: it takes no part in the merge. */
const isReportOnly = (entry: SourceEntry | undefined): boolean =>
  entry?.kind === 'unknown' && entry.covers === 'nothing';
