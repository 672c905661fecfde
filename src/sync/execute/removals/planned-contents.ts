import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { shownOf } from '../../compare/decide.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore } from '../../plan/store/plan-store.ts';
import type { Expected } from '../looks/compare-folder.ts';

const BATCH = 500;

/** What a plan removes below `folder`, as it was when that was decided: paths are relative to the folder. */
export function* plannedContents(
  { store, ledger }: { readonly store: PlanStore; readonly ledger: Ledger },
  folder: RelPath,
): Generator<readonly Expected[], void> {
  let batch: Expected[] = [];
  for (const removal of store.removals.within(folder)) {
    const path = removal.path.slice(folder.length);
    const row = removal.shown === undefined ? ledger.get(removal.path) : undefined;
    const shown = removal.shown ?? (row && shownOf(row));
    if (isFolderPath(path)) batch.push({ path, shown: undefined });
    // a file whose earlier state nobody knows counts as one that nobody knew of
    else if (shown !== undefined) batch.push({ path, shown });
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
