import type { SourceEntry } from '../../model/entry.ts';
import { comparePaths } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { Cursor } from './cursor.ts';

/** One path as the source, the destination and the ledger see it. */
export interface PathView {
  readonly path: RelPath;
  readonly source: SourceEntry | undefined;
  readonly destination: DestinationEntry | undefined;
  readonly row: LedgerRow | undefined;
  /** The source could not say what is at the path: its silence does not mean that nothing is there. */
  readonly sourceUnknown: boolean;
  /** The same of the destination. */
  readonly destinationUnknown: boolean;
}

/** Called for each path in path order. The merge waits for a promise before it goes on. */
export type Visit = (view: PathView) => void | Promise<void>;

/**
 * The streaming three-way merge of source, destination and ledger: one path order, each path visited once. Memory does
 * not grow with the number of paths. Rejects with whatever a listing rejected with.
 */
export async function mergeThree(
  source: Cursor<SourceEntry>,
  destination: Cursor<DestinationEntry>,
  ledger: Cursor<LedgerRow>,
  visit: Visit,
): Promise<void> {
  const unknownInSource = new UnknownPaths();
  const unknownAtDestination = new UnknownPaths();
  for (;;) {
    if (source.needsFill) await source.fill();
    if (destination.needsFill) await destination.fill();
    if (ledger.needsFill) await ledger.fill();
    const nextInSource = source.current;
    const nextAtDestination = destination.current;
    const nextRow = ledger.current;
    if (nextInSource?.kind === 'unknown' && nextInSource.covers === 'nothing') {
      source.advance();
      if (nextInSource.within !== undefined) unknownInSource.unlistedIn(nextInSource.within);
      await visit(reportOnly(nextInSource));
      continue;
    }
    const path = first(first(nextInSource?.path, nextAtDestination?.path), nextRow?.path);
    if (path === undefined) return;
    const inSource = nextInSource?.path === path ? nextInSource : undefined;
    const atDestination = nextAtDestination?.path === path ? nextAtDestination : undefined;
    const row = nextRow?.path === path ? nextRow : undefined;
    // the cursors go on before the visit: a visit may change the ledger's row
    if (inSource !== undefined) source.advance();
    if (atDestination !== undefined) destination.advance();
    if (row !== undefined) ledger.advance();
    const pending = visit({
      path,
      source: inSource,
      destination: atDestination,
      row,
      sourceUnknown: unknownInSource.covers(path, inSource),
      destinationUnknown: unknownAtDestination.covers(path, atDestination),
    });
    if (pending !== undefined) await pending;
  }
}

/** Keeps what one end could not say, while the merge goes from path to path. */
export class UnknownPaths {
  /** The last folder that the end could not list. */
  #unlisted: RelPath | undefined;
  /** Folders that have something that their listings do not name, the innermost last. */
  readonly #incomplete: RelPath[] = [];

  unlistedIn(folder: RelPath): void {
    this.#incomplete.push(folder);
  }

  /** Whether the end could not say what is at `path`, where it listed `entry`. */
  covers(path: RelPath, entry: SourceEntry | DestinationEntry | undefined): boolean {
    if (entry?.kind === 'unknown') {
      if (entry.covers === 'subtree') this.#unlisted = path;
      return true;
    }
    while (this.#incomplete.length > 0 && !path.startsWith(this.#incomplete.at(-1)!)) this.#incomplete.pop();
    const mayBeThere = entry === undefined && this.#incomplete.length > 0;
    return mayBeThere || (this.#unlisted !== undefined && path.startsWith(this.#unlisted));
  }
}

/** The first in path order of two paths, either of which may be absent. */
export const first = (a: RelPath | undefined, b: RelPath | undefined): RelPath | undefined =>
  a === undefined ? b : b === undefined || comparePaths(a, b) <= 0 ? a : b;

/** An entry that only one side can have: its name cannot be that of a path. */
const reportOnly = (entry: SourceEntry): PathView => ({
  path: entry.path,
  source: entry,
  destination: undefined,
  row: undefined,
  sourceUnknown: true,
  destinationUnknown: false,
});
