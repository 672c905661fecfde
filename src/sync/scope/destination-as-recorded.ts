import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import type { DestinationEntry } from '../../remote/destination-entry.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';

/**
 * What the destination shows at a path when the ledger is believed. The filter holds here as it does in a listing: an
 * excluded file takes no part, and nothing is known of a folder that the filter closes. Pure.
 */
export function destinationAsRecorded(
  path: RelPath,
  row: LedgerRow | undefined,
  filter: PathFilter,
): DestinationEntry | undefined {
  if (row === undefined || row.loaded === true) return undefined;
  if (path.endsWith('/')) return { kind: 'folder', path, unseen: filter.prunes(path) };
  if (filter.excludes(path)) return { kind: 'excluded', path, modifiedMs: row.shownModifiedMs };
  return { kind: 'file', path, size: row.size, modifiedMs: row.shownModifiedMs };
}
