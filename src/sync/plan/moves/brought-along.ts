import type { RelPath } from '../../../model/path.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Removal } from '../planned.ts';
import type { PlanStore } from '../store/plan-store.ts';
import { pathAfter } from './order-moves.ts';
import type { Move } from './order-moves.ts';

/** The folders of ours at and below `folder`, as the ledger has them. */
export function foldersInLedger(ledger: Ledger, folder: RelPath): RelPath[] {
  const found: RelPath[] = [];
  for (const page of ledger.rows(folder))
    for (const row of page) if (row.path.endsWith('/')) found.push(row.path);
  return found;
}

/** What moves with one folder. */
export interface BroughtAlong {
  readonly move: Move;
  /** The folders that come with it, by their new paths. */
  readonly folders: ReadonlySet<RelPath>;
}

export interface BroughtOptions {
  /** The files that move to a place the source has, with the folder or by themselves. */
  readonly leaving: ReadonlySet<RelPath>;
  /** Whether what is gone from the source may be removed. */
  readonly removesGone: boolean;
}

/**
 * Returns the removals of files that a moved folder brings along and that the source does not have there. Their removals at
 * the old name are dropped from the store. A file that the folder brings to a name that the source has is replaced by the
 * upload.
 */
export function removeBroughtAlong(
  store: PlanStore,
  { move, folders }: BroughtAlong,
  { leaving, removesGone }: BroughtOptions,
): Removal[] {
  const common = new Set(store.commonFolders.within(move.to));
  const unwanted: RelPath[] = [];
  if (removesGone)
    for (const folder of folders)
      if (!store.folders.has(folder) && !common.has(folder)) unwanted.push(folder);
  for (const freed of store.freed.within(move.from)) {
    if (leaving.has(freed.path)) continue;
    const place = pathAfter(move, freed.path);
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

/**
 * Changes the folders to create for the moves of folders: those that come with a move need not be created; those that
 * both ends had and that leave with a move are created anew. Returns those that wait until the folders have moved, and
 * the removals of what comes along unwanted, which are not in the store yet.
 */
export function settleFolders(
  store: PlanStore,
  ledger: Ledger,
  folderMoves: readonly Move[],
  options: BroughtOptions,
): { readonly foldersAfter: ReadonlySet<RelPath>; readonly unwanted: readonly Removal[] } {
  const brought = folderMoves.map((move): BroughtAlong => {
    const folders = foldersInLedger(ledger, move.from).map((folder) => pathAfter(move, folder));
    return { move, folders: new Set(folders) };
  });
  const foldersAfter = new Set<RelPath>();
  const unwanted: Removal[] = [];
  for (const each of brought) {
    for (const removal of removeBroughtAlong(store, each, options)) unwanted.push(removal);
    for (const folder of store.folders.within(each.move.to)) {
      if (each.folders.has(folder)) store.folders.drop(folder);
      else foldersAfter.add(folder);
    }
  }
  const isBrought = (folder: RelPath): boolean =>
    brought.find(({ move }) => folder.startsWith(move.to))?.folders.has(folder) === true;
  const leavingCommon = folderMoves.flatMap(({ from }) => store.commonFolders.within(from));
  for (const folder of leavingCommon) if (!isBrought(folder)) store.folders.add(folder, 'missing');
  for (const { from } of folderMoves)
    for (const folder of store.folders.within(from)) foldersAfter.add(folder);
  return { foldersAfter, unwanted };
}
