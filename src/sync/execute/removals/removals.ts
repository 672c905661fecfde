import type { DestinationWords } from '../../../model/destination-words.ts';
import type { Problem } from '../../../model/entry.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { ShownVersion } from '../../../model/plan.ts';
import type { Change, CheckVerdict } from '../../../remote/remote.ts';
import { sameShown, shownOf } from '../../compare/decide.ts';
import type { Removal } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { batchesOf } from '../batches.ts';
import { INTENT_BATCH } from '../journal.ts';
import { FolderRemovals } from './folder-removals.ts';

/**
 * Removes files and folders that a fresh look shows as they were when the removal was planned. All others stay, and are
 * told.
 */
export class Removals {
  readonly #parts: ActionParts;
  readonly #folders: FolderRemovals;

  constructor(parts: ActionParts) {
    this.#parts = parts;
    this.#folders = new FolderRemovals(parts, (removals) => this.#removeFiles(removals));
  }

  async removeAll(removals: Iterable<Removal>): Promise<void> {
    const { tasks, looks } = this.#parts;
    looks.forget();
    for (const batch of batchesOf(removals, INTENT_BATCH)) {
      const room = tasks.room(INTENT_BATCH);
      if (room !== undefined) await room;
      if (tasks.stopped) break;
      const files = batch.filter(({ path }) => !isFolderPath(path));
      for (const work of this.#removeFiles(files)) tasks.add(work);
      for (const removal of batch) if (isFolderPath(removal.path)) tasks.add(this.#folders.remove(removal));
    }
    await tasks.idle();
  }

  /** Begins the removals of files; their intents share one commit. */
  #removeFiles(removals: readonly Removal[]): Promise<void>[] {
    const { journal, tasks } = this.#parts;
    if (tasks.stopped || removals.length === 0) return [];
    try {
      const ids = journal.begin(
        removals.map(({ path, reason }) => ({ op: 'remove', path, reason })),
        { independent: true },
      );
      return removals.map((removal, at) => this.#removeFile(removal, ids[at]!));
    } catch (error) {
      tasks.end(error);
      return [];
    }
  }

  async #removeFile(removal: Removal, id: number): Promise<void> {
    const { remote, tally, ledger, journal, outcomes, trash } = this.#parts;
    const { path, reason } = removal;
    const attempted = outcomes.begin('remove', path, reason);
    const full = remote.root + path;
    try {
      const change: Change = {
        begins: true,
        check: (attempt, inDoubt) => this.#check(removal, attempt, inDoubt),
      };
      const { end, place } =
        trash === undefined
          ? { end: await remote.remove(full, change) }
          : await trash.take(trash.placeFor(full), { change });
      if (end === 'kept') return journal.end(id);
      journal.end(id, () => {
        // a file that a look does not show is gone, or the listing was short: the next listing tells
        if (end !== 'done') return;
        const bytes = removal.shown?.size ?? ledger.get(path)?.size ?? 0;
        ledger.forget(path);
        ledger.note(path, 'removed', reason);
        if (place !== undefined) trash!.note(place, { files: 1, bytes });
      });
      if (end !== 'done') return;
      tally.removed++;
      outcomes.done(attempted, { files: 1 });
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      outcomes.failed(attempted, error);
    }
  }

  /** Looks at a file right before it is removed. After an attempt in doubt, an absent file was removed by that attempt. */
  async #check({ path, shown }: Removal, attempt: number, inDoubt: boolean): Promise<CheckVerdict> {
    const { remote, looks, ledger, tally, learnt } = this.#parts;
    const look = await looks.at(path, { anew: attempt > 1 });
    if ('unclear' in look) {
      tally.problem(path, { code: 'listing_unclear', severity: 'failure', message: look.unclear });
      return 'kept';
    }
    if (look.shown === undefined) return inDoubt ? 'done' : 'gone';
    const row = ledger.get(path);
    const expected = shown ?? (row === undefined ? undefined : shownOf(row));
    if (row?.pending === true && expected?.modifiedMs === undefined && look.shown.modifiedMs !== undefined) {
      // no listing has shown the file since it was put, so others may have replaced it: a full listing will tell
      if (!learnt.lookAtEverythingAgain()) tally.problem(path, unconfirmed(remote.words));
      return 'kept';
    }
    if (expected !== undefined && sameShown(look.shown, expected)) return 'go';
    const problem = changedSince(expected, look.shown, remote.words);
    tally.problem(path, problem);
    ledger.note(path, 'keep', problem.code);
    return 'kept';
  }
}

const unconfirmed = ({ name }: DestinationWords): Problem => ({
  code: 'not_confirmed_yet',
  severity: 'warning',
  message: `kept for now: no listing has shown it since it was put there; a run that lists all of ${name} removes it`,
});

const changedSince = (
  before: ShownVersion | undefined,
  now: ShownVersion,
  { at }: DestinationWords,
): Problem => ({
  code: 'changed_on_stage',
  severity: 'warning',
  message: `kept: someone changed it ${at} since this run listed it (${before === undefined ? 'nothing' : told(before)} then, ${told(now)} now)`,
});

const told = ({ size, modifiedMs }: ShownVersion): string =>
  modifiedMs === undefined ? `${size} bytes` : `${size} bytes of ${new Date(modifiedMs).toISOString()}`;
