import type { RelPath } from '../../model/path.ts';
import type { Change, CheckVerdict, Remote } from '../../remote/remote.ts';
import { sameShown, shownOf } from '../compare/decide.ts';
import { LOADED_REASON } from '../execute/recovery/recover.ts';
import { FreshLooks } from '../execute/looks/fresh-looks.ts';
import { isSyncError, messageBeside } from '../../model/errors.ts';
import type { Clock } from '../../model/ports.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Tally } from '../tally.ts';
import type { LoadRow } from './load-row.ts';

export interface LoadedRemovalParts {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/**
 * Removes files that are in their tables. Each is looked at first: what others have put under the name since is not touched, and
 * stays.
 */
export class LoadedRemovals {
  readonly #parts: LoadedRemovalParts;
  readonly #looks: FreshLooks;
  /** Files that stay until the next pass. */
  readonly #kept = new Set<RelPath>();
  removed = 0;
  removedBytes = 0;

  constructor(parts: LoadedRemovalParts) {
    this.#parts = parts;
    this.#looks = new FreshLooks(parts.remote, parts.clock);
  }

  /** Resolves once all of them are gone, or stay. */
  async make(rows: readonly LoadRow[]): Promise<void> {
    const { ledger, clock } = this.#parts;
    const wanted = rows.filter(({ path, isKnown }) => isKnown && !this.#kept.has(path));
    if (wanted.length === 0) return;
    this.#looks.forget();
    const ids = ledger.addIntents(
      wanted.map(({ path }) => ({ op: 'remove', path, reason: LOADED_REASON })),
      clock.now(),
    );
    const ends = await Promise.allSettled(wanted.map((row, at) => this.#remove(row, ids[at]!)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #remove({ path, size }: LoadRow, id: number): Promise<void> {
    const { remote, ledger, clock, tally, signal } = this.#parts;
    const started = clock.now();
    const change: Change = {
      begins: true,
      check: (attempt, inDoubt) => this.#check(path, attempt, inDoubt),
    };
    try {
      const end = await remote.remove(remote.root + path, change);
      ledger.transaction(() => {
        if (end === 'done') ledger.left(path);
        ledger.dropIntent(id);
      });
      if (end !== 'done') {
        this.#kept.add(path);
        return;
      }
      this.removed++;
      this.removedBytes += size;
      const ms = clock.now() - started;
      tally.emit({
        type: 'action',
        kind: 'remove',
        path,
        reason: LOADED_REASON,
        files: 1,
        ms,
        outcome: 'done',
      });
    } catch (error) {
      this.#kept.add(path);
      if (signal.aborted || !isSyncError(error)) throw error;
      if (!error.inDoubt) ledger.dropIntent(id);
      if (error.verdict === 'end_run') throw error;
      tally.problem(path, {
        code: 'loaded_and_kept',
        severity: 'warning',
        message: `is loaded, but could not be removed: ${messageBeside(path, error)}; the next run tries again`,
      });
    }
  }

  /** Looks at a file right before it is removed. After an attempt in doubt, an absent file was removed by that attempt. */
  async #check(path: RelPath, attempt: number, inDoubt: boolean): Promise<CheckVerdict> {
    const { ledger } = this.#parts;
    const look = await this.#looks.at(path, { anew: attempt > 1 });
    const row = ledger.get(path);
    if ('unclear' in look || row === undefined || row.loaded === true) return 'kept';
    if (look.shown === undefined) return inDoubt ? 'done' : 'gone';
    return sameShown(look.shown, shownOf(row)) ? 'go' : 'kept';
  }
}
