import type { PathFilter, Source } from '../model/ports.ts';
import { Cursor } from './compare/cursor.ts';
import { walkDestination } from './compare/destination-walk.ts';
import type { StageEntry } from './compare/destination-walk.ts';
import { withImpliedFolders } from './compare/implied-folders.ts';
import { mergeThree } from './compare/merge.ts';
import type { Sighting, Visit } from './compare/merge.ts';
import type { Remote } from './execute/remote.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Target } from './target.ts';

export interface ListingOptions {
  readonly source: Source;
  readonly ledger: Ledger;
  readonly filter: PathFilter;
  readonly concurrency: number;
  readonly trustLedger: boolean;
  readonly signal: AbortSignal;
  readonly draining: AbortSignal;
}

const COUNT_EVERY = 1000;

/**
 * Feeds the merge with the listings of both ends and the ledger, and closes them however it ends. With `trustLedger`
 * the ledger also says what is on Stage, and Stage is not listed. Stops early once `stopped`.
 */
export async function listBothEnds(
  options: ListingOptions,
  remote: Remote,
  target: Target,
  visit: Visit,
  stopped: () => boolean,
  onCount: (listed: number) => void,
): Promise<void> {
  const { source, ledger, filter, signal, draining } = options;
  const until = AbortSignal.any([signal, draining]);
  const sourceSide = new Cursor(withImpliedFolders(source.list({ filter, signal: until }), filter));
  const stageSide = new Cursor<StageEntry>(
    options.trustLedger
      ? []
      : walkDestination(target.children, {
          list: (folder) => remote.list(remote.root + folder),
          filter,
          // listings are small and the next ones are always wanted: some more than can be under way keeps all lanes busy
          lookAhead: options.concurrency * 2,
        }),
  );
  const ledgerSide = new Cursor(ledger.rows());
  let count = 0;
  const counted: Visit = (sighting) => {
    if (++count % COUNT_EVERY === 0) {
      onCount(count);
      until.throwIfAborted();
      if (stopped()) throw STOPPED;
    }
    return visit(options.trustLedger ? asTheLedgerSays(sighting) : sighting);
  };
  try {
    await mergeThree(sourceSide, stageSide, ledgerSide, counted);
    onCount(count);
  } catch (error) {
    if (error !== STOPPED) throw error;
  } finally {
    await Promise.allSettled([sourceSide.close(), stageSide.close(), ledgerSide.close()]);
  }
}

const STOPPED = new Error('stopped');

function asTheLedgerSays(sighting: Sighting): Sighting {
  const { row, path } = sighting;
  if (row === undefined) return sighting;
  const stage: StageEntry = path.endsWith('/')
    ? { kind: 'folder', path, unseen: false }
    : { kind: 'file', path, size: row.size, modifiedMs: row.stageModifiedMs };
  return { ...sighting, stage };
}
