import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Move } from './order-moves.ts';
import type { PlanStore, Removal } from '../store/plan-store.ts';

/** The folders of ours at and below `folder`, as the ledger has them. */
export function foldersInLedger(ledger: Ledger, folder: RelPath): RelPath[] {
  const found: RelPath[] = [];
  for (const page of ledger.rows(folder))
    for (const row of page) if (row.path.endsWith('/')) found.push(row.path);
  return found;
}

/**
 * The removals of what a moved folder brings along and the source does not have there, in place of those at its old
 * name. What it brings to a name that the source has is replaced by the upload.
 */
export function removeBroughtAlong(
  store: PlanStore,
  move: Move,
  leaving: ReadonlySet<RelPath>,
  brought: ReadonlySet<RelPath>,
  removesGone: boolean,
): Removal[] {
  const standing = new Set(store.commonFolders.within(move.to));
  const unwanted: RelPath[] = [];
  if (removesGone)
    for (const folder of brought)
      if (!store.folders.has(folder) && !standing.has(folder)) unwanted.push(folder);
  for (const freed of store.freed.within(move.from)) {
    const place = move.to + freed.path.slice(move.from.length);
    if (leaving.has(freed.path)) continue;
    const arrival = store.arrivals.get(place);
    if (arrival === undefined) unwanted.push(place);
    else store.arrivals.add({ ...arrival, replaces: { size: freed.size, modifiedMs: undefined } });
  }
  store.removals.dropWithin(move.from);
  return unwanted.map((path) => ({
    path,
    reason: 'leftover',
    files: path.endsWith('/') ? 0 : 1,
    stamp: '',
  }));
}
