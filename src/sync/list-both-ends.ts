import { SyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter, Source } from '../model/ports.ts';
import { Cursor } from './compare/cursor.ts';
import { walkDestination } from '../remote/walk-folders.ts';
import type { DestinationEntry } from '../remote/destination-entry.ts';
import { withImpliedFolders } from './compare/implied-folders.ts';
import type { ListingAhead } from './compare/listing-ahead.ts';
import { mergeThree } from './compare/merge.ts';
import type { Visit } from './compare/merge.ts';
import type { Lanes } from '../remote/gate/lanes.ts';
import type { Remote } from '../remote/remote.ts';
import type { Ledger } from './ledger/ledger.ts';
import { DirtyFolders } from './scope/dirty-folders.ts';
import type { ListFolder } from './scope/dirty-folders.ts';
import { destinationAsRecorded } from './scope/destination-as-recorded.ts';
import { mergeScope } from './scope/merge-scope.ts';
import type { Target } from './open-target.ts';

export interface ListingOptions {
  readonly source: Source;
  readonly ledger: Ledger;
  readonly filter: PathFilter;
  /** What takes part at the destination. */
  readonly destinationFilter: PathFilter;
  /** Says how many listings are made ahead. */
  readonly gate: Lanes;
  readonly trustLedger: boolean;
  /** Only these folders; the ledger then says what is at the destination. */
  readonly scope?: readonly RelPath[] | undefined;
  readonly signal: AbortSignal;
  readonly draining: AbortSignal;
  readonly remote: Remote;
  readonly target: Target;
  readonly visit: Visit;
  /** Reads the listing of the source ahead of the merge. Absent: the merge reads it. */
  readonly ahead?: ListingAhead | undefined;
  /** Whether no more need be listed. */
  readonly stopped: () => boolean;
  /** Told now and then how many paths have been listed, and at the end. */
  readonly onCount: (listed: number) => void;
}

const COUNT_EVERY = 1000;
/** Of the first thousand each hundred is told: small listings from a slow destination take seconds, too. */
const FIRST_COUNTS = 100;

const isToldAt = (count: number): boolean => count % (count < COUNT_EVERY ? FIRST_COUNTS : COUNT_EVERY) === 0;

/**
 * Gives the listings of both ends and the ledger to the merge, and closes them however the merge ends. With `trustLedger`
 * or a `scope` the destination is not listed: the ledger says what is there. Stops early once `stopped` says so.
 */
export async function listBothEnds(options: ListingOptions): Promise<void> {
  const { source, ledger, filter, destinationFilter, signal, draining } = options;
  const { visit, stopped, onCount } = options;
  const until = AbortSignal.any([signal, draining]);
  let count = 0;
  const counted: Visit = (view) => {
    if (isToldAt(++count)) {
      onCount(count);
      until.throwIfAborted();
      if (stopped()) throw STOPPED;
    }
    if (!options.trustLedger || options.scope !== undefined) return visit(view);
    return visit({
      ...view,
      destination: destinationAsRecorded(view.path, view.row, destinationFilter),
    });
  };
  try {
    if (options.scope === undefined) await mergeAll(options, counted, until);
    else {
      const list = folderLister(source, filter, until);
      await mergeScope({
        dirty: await DirtyFolders.open(options.scope, list),
        ledger,
        filter,
        destinationFilter,
        visit: counted,
      });
    }
    onCount(count);
  } catch (error) {
    if (error !== STOPPED) throw error;
  }
}

async function mergeAll(options: ListingOptions, visit: Visit, until: AbortSignal): Promise<void> {
  const { source, ledger, filter, destinationFilter, remote, target, ahead } = options;
  const closing = new AbortController();
  const listing = source.list({ filter, signal: AbortSignal.any([until, closing.signal]) });
  const sourceSide = new Cursor(withImpliedFolders(ahead?.read(listing) ?? listing, filter));
  const destinationSide = new Cursor<DestinationEntry>(
    options.trustLedger
      ? []
      : walkDestination(target.children, {
          list: (folder) => remote.list(remote.root + folder),
          filter: destinationFilter,
          words: remote.words,
          // listings are small and all are wanted: asking for more than can be under way keeps all slots busy
          lookAhead: () => options.gate.lanes * 2,
        }),
  );
  const ledgerSide = new Cursor(ledger.rows());
  try {
    await mergeThree(sourceSide, destinationSide, ledgerSide, visit);
  } finally {
    closing.abort();
    await Promise.allSettled([sourceSide.close(), destinationSide.close(), ledgerSide.close()]);
  }
}

function folderLister(source: Source, filter: PathFilter, signal: AbortSignal): ListFolder {
  const list = source.listFolder?.bind(source);
  if (list === undefined)
    throw new SyncError('source_failed', `${source.label} cannot list single folders`, {
      verdict: 'end_run',
    });
  return (folder) => {
    signal.throwIfAborted();
    return list(folder, { filter, signal });
  };
}

const STOPPED = new Error('stopped');
