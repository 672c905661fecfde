import type { DestinationWords } from '../model/destination-words.ts';
import { SyncError } from '../model/errors.ts';
import type { GuardName, RemovalLimit } from './pass-options.ts';

/** Below this many removals a percentage says nothing: two of three files is everyday work. */
const ALWAYS_ALLOWED = 20;

/** What the guards look at. Counts are of files. */
export interface GuardFacts {
  /** Files that can be synced: a link, a FIFO or an unreadable folder does not make up for all files gone. */
  readonly inSource: number;
  readonly atDestination: number;
  readonly removals: number;
}

/**
 * Turns the facts of a pass over some folders into facts of the whole pair. According to the ledger both ends have the
 * files elsewhere. These files are only counted where their number matters.
 */
export function inWhole(facts: GuardFacts, ledger: { countFiles(): number }): GuardFacts {
  const matters = facts.removals > ALWAYS_ALLOWED || (facts.inSource === 0 && facts.atDestination > 0);
  const elsewhere = matters ? Math.max(0, ledger.countFiles() - facts.atDestination) : 0;
  return { ...facts, inSource: facts.inSource + elsewhere, atDestination: facts.atDestination + elsewhere };
}

export interface GuardOptions {
  readonly maxDelete: RemovalLimit;
  readonly force: ReadonlySet<GuardName>;
  /** The run has made changes already. */
  readonly begun: boolean;
  /** What sentences call the destination. */
  readonly words: DestinationWords;
}

/**
 * Called before the first change of a run, and before more changes in later rounds. Returns what stops the run, or
 * undefined. Pure. `empty-source`: a source without a single file against a target folder that has some is far more
 * often an unmounted disk or a wrong prefix than a wish. `max-delete`: more removals than the limit.
 */
export function checkGuards(facts: GuardFacts, options: GuardOptions): SyncError | undefined {
  const { maxDelete: limit, force, begun, words } = options;
  const unchanged = begun ? 'nothing more was changed' : 'nothing was changed';
  if (facts.inSource === 0 && facts.atDestination > 0 && !force.has('empty-source')) {
    return new SyncError(
      'guard_empty_source',
      `the source has no file that can be synced, and ${words.folder} has ${facts.atDestination}; ${unchanged}. If the source is really empty (not unmounted, not a wrong path), pass --force empty-source`,
      { verdict: 'end_run' },
    );
  }
  const most = removalsAllowed(limit, facts.atDestination);
  if (facts.removals > most && !force.has('max-delete')) {
    const named = 'count' in limit ? `${limit.count}` : `${limit.percent}% of ${facts.atDestination}`;
    return new SyncError(
      'guard_max_delete',
      `${facts.removals} files would be removed from ${words.name}, more than --max-delete allows (${named}); ${unchanged}. Look at the plan with --dry-run, then raise --max-delete or pass --force max-delete`,
      { verdict: 'end_run' },
    );
  }
  return undefined;
}

/** Files that may go: a count as it is; a percentage of those at the destination, and a handful in any case. */
export const removalsAllowed = (limit: RemovalLimit, atDestination: number): number =>
  'count' in limit
    ? limit.count
    : limit.percent === 0
      ? 0
      : Math.max(ALWAYS_ALLOWED, Math.floor((atDestination * limit.percent) / 100));
