import type { Ledger } from '../ledger/ledger.ts';
import type { Removal } from '../plan/plan-store.ts';
import type { Tally } from '../tally.ts';
import type { Journal } from './journal.ts';
import type { Outcomes } from './outcomes.ts';
import type { Remote } from './remote.ts';
import type { TaskPool } from './task-pool.ts';

export interface RemovalsOptions {
  readonly remote: Remote;
  readonly ledger: Ledger;
  readonly journal: Journal;
  readonly outcomes: Outcomes;
  readonly tasks: TaskPool;
  readonly tally: Tally;
}

/** Removes files, and folders with everything in them. */
export class Removals {
  readonly #options: RemovalsOptions;

  constructor(options: RemovalsOptions) {
    this.#options = options;
  }

  async removeAll(removals: Iterable<Removal>): Promise<void> {
    const { tasks } = this.#options;
    for (const removal of removals) {
      if (tasks.stopped) break;
      await tasks.start(this.#remove(removal));
    }
    await tasks.idle();
  }

  async #remove(removal: Removal): Promise<void> {
    const { remote, tally, ledger, journal, outcomes } = this.#options;
    const { path, reason, files } = removal;
    const folder = path.endsWith('/');
    const attempted = outcomes.begin('remove', path, reason);
    const id = journal.begin([{ op: 'remove', path, reason }])[0]!;
    try {
      await remote.remove(remote.root + path, true);
      journal.end(id, () => {
        if (folder) ledger.forgetFolder(path);
        else ledger.forget(path);
        ledger.note(path, 'removed', reason);
      });
      tally.removed += files;
      if (folder) tally.foldersRemoved++;
      outcomes.done(attempted, { files });
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      outcomes.failed(attempted, error);
    }
  }
}
