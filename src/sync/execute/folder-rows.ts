import { foldersOf, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import { shownOf } from '../compare/decide.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Comparison, Deviation, Expected } from './compare-folder.ts';
import { isHidden } from './hidden-names.ts';
import type { StageTimes } from './stage-times.ts';

/** What the ledger has below a folder; what the filter leaves out is nobody's to move. */
export function* expectedIn(
  ledger: Ledger,
  folder: RelPath,
  filter: PathFilter,
): Generator<readonly Expected[], void> {
  for (const page of ledger.rows(folder))
    yield page
      .filter(({ path }) => path !== folder && (isHidden(folder) || !filter.excludes(path)))
      .map((row) => ({
        path: row.path.slice(folder.length),
        shown: isFolderPath(row.path) ? undefined : shownOf(row),
      }));
}

/** Renames the row of what moved, and all rows below it; times that the move may have changed are learnt by a listing. */
export function rename(ledger: Ledger, from: RelPath, to: RelPath, times: StageTimes): void {
  ledger.rename(from, to, times.known === true);
}

/**
 * The rows of a folder under its new name, where `seen` is what was found there: without what did not come along or was
 * moved back. Folders that were made again at the old place for what was moved back are as much ours as they were.
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
  ledger.rename(from, to, allSeen);
  if (allSeen) for (const { path, modifiedMs } of touched) ledger.confirm(to + path, modifiedMs);
  for (const { path, kind } of deviations) if (kind !== 'extra') ledger.forget(to + path);
  for (const row of stayed) ledger.put(row, 'stayed');
}

/**
 * The rows of a folder that waited under another name and came to `to`, as a whole or (`dropped`) into what stands
 * there by now, which may be another folder of ours: rows that are there already stay as they are.
 */
export function returnRows(
  ledger: Ledger,
  waited: RelPath,
  to: RelPath,
  deviations: readonly Deviation[],
  dropped: ReadonlySet<RelPath> | undefined,
  times: StageTimes,
): void {
  const strange = new Set(deviations.filter(({ kind }) => kind !== 'extra').map(({ path }) => path));
  const keeps = times.known === true;
  if (dropped === undefined && waited !== to) {
    ledger.rename(waited, to, keeps);
    for (const path of strange) ledger.forget(to + path);
    return;
  }
  for (const row of [...ledger.rows(waited)].flat()) {
    const path = row.path.slice(waited.length);
    const came = dropped?.has(path) !== true && !strange.has(path);
    const taken = waited !== to && ledger.get(to + path) !== undefined;
    if (waited !== to) ledger.forget(row.path);
    if (!came || taken) continue;
    const moved = keeps || isFolderPath(path) ? row : { ...row, stageModifiedMs: undefined, pending: true };
    ledger.put({ ...moved, path: to + path }, 'moved');
  }
}

const rowsAt = (ledger: Ledger, path: RelPath): LedgerRow[] => {
  const row = ledger.get(path);
  return row === undefined ? [] : [row];
};
