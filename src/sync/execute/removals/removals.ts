import type { Problem } from '../../../model/entry.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import { sameShown, shownOf } from '../../compare/decide.ts';
import type { GateUse } from '../../../remote/gate-use.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { PlanStore, Removal } from '../../plan/store/plan-store.ts';
import type { Tally } from '../../tally.ts';
import { FolderRemovals } from './folder-removals.ts';
import type { FreshLooks } from '../looks/fresh-looks.ts';
import type { HiddenNames } from '../hidden-names.ts';
import type { Journal } from '../journal.ts';
import type { Learnt } from '../learnt.ts';
import type { Outcomes } from '../outcomes.ts';
import type { CheckVerdict, Remote } from '../../../remote/remote.ts';
import type { DestinationTimes } from '../destination-times.ts';
import type { TaskPool } from '../task-pool.ts';

export interface RemovalsOptions {
  readonly remote: Remote;
  readonly gate: GateUse;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly tasks: TaskPool;
  readonly tally: Tally;
  readonly looks: FreshLooks;
  readonly hidden: HiddenNames;
  readonly learnt: Learnt;
  readonly times: DestinationTimes;
  readonly store: PlanStore;
  readonly concurrency: number;
}

/** Removes what a fresh look shows to be as it was when that was decided. Everything else stays, and is told. */
export class Removals {
  readonly #options: RemovalsOptions;
  readonly #folders: FolderRemovals;

  constructor(options: RemovalsOptions) {
    this.#options = options;
    this.#folders = new FolderRemovals({ ...options, removeFile: (removal) => this.#removeFile(removal) });
  }

  async removeAll(removals: Iterable<Removal>): Promise<void> {
    const { tasks, looks } = this.#options;
    looks.forget();
    for (const removal of removals) {
      if (tasks.stopped) break;
      await tasks.start(
        isFolderPath(removal.path) ? this.#folders.remove(removal) : this.#removeFile(removal),
      );
    }
    await tasks.idle();
  }

  async #removeFile(removal: Removal): Promise<void> {
    const { remote, tally, ledger, journal, outcomes, tasks } = this.#options;
    const { path, reason } = removal;
    if (tasks.stopped) return;
    const attempted = outcomes.begin('remove', path, reason);
    const id = journal.begin([{ op: 'remove', path, reason }])[0]!;
    try {
      const end = await remote.remove(remote.root + path, {
        begins: true,
        check: (attempt, inDoubt) => this.#check(removal, attempt, inDoubt),
      });
      if (end === 'kept') return journal.end(id);
      journal.end(id, () => {
        // what a look does not show is gone, or the listing was short: the next one tells
        if (end !== 'done') return;
        ledger.forget(path);
        ledger.note(path, 'removed', reason);
      });
      if (end !== 'done') return;
      tally.removed++;
      outcomes.done(attempted, { files: 1 });
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      outcomes.failed(attempted, error);
    }
  }

  /** Looks at the file right before it goes; after an attempt that may have removed it, nothing there is that. */
  async #check({ path, shown }: Removal, attempt: number, inDoubt: boolean): Promise<CheckVerdict> {
    const { looks, ledger, tally } = this.#options;
    const look = await looks.at(path, attempt > 1);
    if ('unclear' in look) {
      tally.problem(path, { code: 'listing_unclear', severity: 'failure', message: look.unclear });
      return 'kept';
    }
    if (look.shown === undefined) return inDoubt ? 'done' : 'gone';
    const row = ledger.get(path);
    const expected = shown ?? (row === undefined ? undefined : shownOf(row));
    if (row?.pending === true && expected?.modifiedMs === undefined && look.shown.modifiedMs !== undefined) {
      // no listing has shown it since it was put, so it may be others': a look at all tells
      tally.problem(path, UNCONFIRMED);
      return 'kept';
    }
    if (expected !== undefined && sameShown(look.shown, expected)) return 'go';
    const problem = changedSince(expected, look.shown);
    tally.problem(path, problem);
    ledger.note(path, 'keep', problem.code);
    return 'kept';
  }
}

const UNCONFIRMED: Problem = {
  code: 'not_confirmed_yet',
  severity: 'warning',
  message:
    'kept for now: no listing has shown it since it was put there; a run that lists all of Stage removes it',
};

const changedSince = (before: ShownVersion | undefined, now: ShownVersion): Problem => ({
  code: 'changed_on_stage',
  severity: 'warning',
  message: `kept: someone changed it on Stage since this run listed it (${before === undefined ? 'nothing' : told(before)} then, ${told(now)} now)`,
});

const told = ({ size, modifiedMs }: ShownVersion): string =>
  modifiedMs === undefined ? `${size} bytes` : `${size} bytes of ${new Date(modifiedMs).toISOString()}`;
