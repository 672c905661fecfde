import type { SourceEntry } from '../../model/entry.ts';
import { comparePaths } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { DestinationEntry } from '../../remote/walk-folders.ts';
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
  // the folders that an end could not list, while the merge is in them
  let unlistedInSource: RelPath | undefined;
  let unlistedAtDestination: RelPath | undefined;
  for (;;) {
    if (source.current === undefined && !source.ended) await source.fill();
    if (destination.current === undefined && !destination.ended) await destination.fill();
    if (ledger.current === undefined && !ledger.ended) await ledger.fill();
    const nextInSource = source.current;
    const nextAtDestination = destination.current;
    const nextRow = ledger.current;
    if (nextInSource?.kind === 'unknown' && nextInSource.covers === 'nothing') {
      source.advance();
      await visit(reportOnly(nextInSource));
      continue;
    }
    const path = first(first(nextInSource?.path, nextAtDestination?.path), nextRow?.path);
    if (path === undefined) return;
    const isInSource = nextInSource?.path === path;
    const isAtDestination = nextAtDestination?.path === path;
    const isInLedger = nextRow?.path === path;
    // the cursors go on before the visit: a visit may change the ledger's row
    if (isInSource) source.advance();
    if (isAtDestination) destination.advance();
    if (isInLedger) ledger.advance();
    if (isInSource && isUnlisted(nextInSource)) unlistedInSource = path;
    if (isAtDestination && isUnlisted(nextAtDestination)) unlistedAtDestination = path;
    const pending = visit({
      path,
      source: isInSource ? nextInSource : undefined,
      destination: isAtDestination ? nextAtDestination : undefined,
      row: isInLedger ? nextRow : undefined,
      sourceUnknown: (isInSource && nextInSource.kind === 'unknown') || isBelow(path, unlistedInSource),
      destinationUnknown:
        (isAtDestination && nextAtDestination.kind === 'unknown') || isBelow(path, unlistedAtDestination),
    });
    if (pending !== undefined) await pending;
  }
}

/** The first in path order of two paths, either of which may be absent. */
export const first = (a: RelPath | undefined, b: RelPath | undefined): RelPath | undefined =>
  a === undefined ? b : b === undefined || comparePaths(a, b) <= 0 ? a : b;

const isUnlisted = (entry: SourceEntry | DestinationEntry): boolean =>
  entry.kind === 'unknown' && entry.covers === 'subtree';

const isBelow = (path: RelPath, folder: RelPath | undefined): boolean =>
  folder !== undefined && path.startsWith(folder);

/** An entry that no other side can have: its name cannot be that of a path. */
const reportOnly = (entry: SourceEntry): PathView => ({
  path: entry.path,
  source: entry,
  destination: undefined,
  row: undefined,
  sourceUnknown: true,
  destinationUnknown: false,
});
