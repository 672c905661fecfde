import { foldersOf, isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PathFilter } from '../../../model/ports.ts';
import { shownOf } from '../../compare/decide.ts';
import type { LedgerRow } from '../../ledger/ledger-row.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Comparison, Deviation, Expected } from './compare-folder.ts';
import { isHidden } from '../hidden-names.ts';
import type { DestinationTimes } from '../destination-times.ts';

/** What the ledger has below a folder, without files that the filter leaves out: those are not ours to move. */
export function* expectedIn(
  ledger: Ledger,
  folder: RelPath,
  filter: PathFilter,
): Generator<readonly Expected[], void> {
  for (const page of ledger.rows(folder))
    yield page
      .filter(
        ({ path, loaded }) =>
          path !== folder && loaded !== true && (isHidden(folder) || !filter.excludes(path)),
      )
      .map((row) => ({
        path: row.path.slice(folder.length),
        shown: isFolderPath(row.path) ? undefined : shownOf(row),
      }));
}

/** Renames a row and all rows below it. Times that the move may have changed wait for a listing. */
export function rename(ledger: Ledger, from: RelPath, to: RelPath, times: DestinationTimes): void {
  ledger.rename(from, to, { keepsTimes: times.known === true });
}

/**
 * Gives the rows of a moved folder their new paths. `seen` is what a look found there: files that did not come along, or
 * were moved back, keep no row. Folders that were made again at the old place, for what was moved back, stay ours.
 */
export function renameRows(ledger: Ledger, from: RelPath, to: RelPath, seen: Comparison): void {
  const { deviations, touched } = seen;
  const changed = deviations.filter(({ kind }) => kind === 'changed');
  const back = deviations.filter(({ kind }) => kind === 'extra' || kind === 'changed');
  const made = new Set(back.flatMap(({ path }) => foldersOf(from + path)));
  const stayed = [
    ...changed.map(({ path }) => from + path),
    ...[...made].filter((folder) => folder.startsWith(from)),
  ].flatMap((path) => rowsAt(ledger, path));
  const allSeen = touched.every(({ kind }) => kind === 'changed');
  const isUnclear = unclearIn(deviations);
  ledger.rename(from, to, { keepsTimes: allSeen });
  if (allSeen) for (const { path, modifiedMs } of touched) ledger.confirm(to + path, modifiedMs);
  for (const { path, kind } of deviations) if (kind !== 'extra' && !isUnclear(path)) ledger.forget(to + path);
  for (const row of stayed) ledger.put(row, 'stayed');
}

/** Returns a test for paths of which nothing can be said, because the path or a folder above it is unclear. */
function unclearIn(deviations: readonly Deviation[]): (path: RelPath) => boolean {
  const unclear = deviations.filter(({ kind }) => kind === 'unclear').map(({ path }) => path);
  return (path) => unclear.some((each) => path === each || (isFolderPath(each) && path.startsWith(each)));
}

export interface ReturnedFolder {
  readonly ledger: Ledger;
  readonly times: DestinationTimes;
  /** The path that the rows are at. */
  readonly from: RelPath;
  /** The path that the folder came back to. */
  readonly to: RelPath;
  /** Where the folder, while it waited, was not as its rows have it. */
  readonly deviations: readonly Deviation[];
  /** Files whose names something newer has by now; undefined: the folder came back as a whole. */
  readonly dropped: ReadonlySet<RelPath> | undefined;
}

/**
 * Gives rows to a folder that waited under another name and came back: as a whole, or into a folder that has the name by
 * now. That may be another folder of ours: its rows stay as they are. A file that others changed meanwhile keeps its row
 * with the old time, so that the change is seen.
 */
export function returnRows({ ledger, times, from: waited, to, deviations, dropped }: ReturnedFolder): void {
  const isUnclear = unclearIn(deviations);
  const kinds = new Map(deviations.map(({ path, kind }) => [path, kind]));
  for (const row of [...ledger.rows(waited)].flat()) {
    const path = row.path.slice(waited.length);
    const isMissing = kinds.get(path) === 'missing' && !isUnclear(path);
    const stays = dropped?.has(path) === true || isMissing;
    const taken = waited !== to && dropped !== undefined && ledger.get(to + path) !== undefined;
    // something newer has the name of a dropped file: its row, if it has one, keeps the old time, which tells
    if (waited !== to || isMissing) ledger.forget(row.path);
    if (stays || taken) continue;
    const isSame = kinds.get(path) === undefined && !isFolderPath(path);
    const unlearnt = isSame && times.known !== true;
    ledger.arrived(
      { ...row, path: to + path, ...(unlearnt && { shownModifiedMs: undefined, pending: true }) },
      'moved',
    );
  }
}

const rowsAt = (ledger: Ledger, path: RelPath): LedgerRow[] => {
  const row = ledger.get(path);
  return row === undefined ? [] : [row];
};
