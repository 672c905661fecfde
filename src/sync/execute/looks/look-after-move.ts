import { capitalised } from '../../../model/destination-words.ts';
import type { DestinationWords } from '../../../model/destination-words.ts';
import { SyncError } from '../../../model/errors.ts';
import type { RelPath } from '../../../model/path.ts';
import type { PathFilter } from '../../../model/ports.ts';
import type { Lanes } from '../../../remote/gate/lanes.ts';
import type { Remote } from '../../../remote/remote.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { DestinationTimes } from '../destination-times.ts';
import { compareFolder } from './compare-folder.ts';
import type { Comparison } from './compare-folder.ts';
import { expectedIn } from './folder-rows.ts';

export interface AfterMoveOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  /** Says how many listings are made at the same time. */
  readonly gate: Lanes;
  /** What takes part at the destination. */
  readonly filter: PathFilter;
  readonly times: DestinationTimes;
}

/**
 * Compares a folder that was moved to `folder`, a full path, with the rows that the ledger still has at `from`. Rejects
 * with `destination_unclear` where nothing is at the new place.
 */
export async function lookAfterMove(
  { remote, ledger, gate, filter, times }: AfterMoveOptions,
  from: RelPath,
  folder: RelPath,
): Promise<Comparison> {
  const expected = expectedIn(ledger, from, filter);
  const seen = await compareFolder({ remote, folder, expected, gate, moved: times });
  if (seen === undefined) throw nothingThere(from, folder, remote.words);
  return seen;
}

export const nothingThere = (from: RelPath, to: RelPath, { name }: DestinationWords): SyncError =>
  new SyncError(
    'destination_unclear',
    `${capitalised(name)} moved ${from} to ${to}, and then has nothing there; the next run looks again`,
    { verdict: 'skip_entry', operation: 'move', inDoubt: true },
  );
