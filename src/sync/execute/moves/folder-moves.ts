import { hasFact, isSyncError, SyncError } from '../../../model/errors.ts';
import type { Problem } from '../../../model/entry.ts';
import type { RelPath } from '../../../model/path.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import type { OrderedMove } from '../../plan/moves/order-moves.ts';
import { compareFolder } from '../looks/compare-folder.ts';
import type { Comparison, Deviation } from '../looks/compare-folder.ts';
import { expectedIn, rename, renameRows, returnRows } from '../looks/folder-rows.ts';
import type { MovesOptions, MoveStep } from './moves.ts';
import type { Attempted } from '../outcomes.ts';
import { putBack, putBackFolder } from './put-back.ts';
import type { Remote } from '../../../remote/remote.ts';

export interface FolderMovesOptions extends MovesOptions {
  readonly place: (path: RelPath) => RelPath;
}

/**
 * Moves folders with everything in them. One request would take along also what nobody has seen, so a folder is looked
 * at, all of it, before it moves and after; what is not as the ledger has it keeps it from moving as a whole, and what
 * came in between is moved back.
 */
export class FolderMoves {
  readonly #options: FolderMovesOptions;
  /** Moves whose first half, to a hidden name, was made. */
  readonly #out = new Set<OrderedMove>();
  /** The first of all: whether this Stage moves folders is known only after it, and the others wait for that. */
  #first: Promise<void> | undefined;

  constructor(options: FolderMovesOptions) {
    this.#options = options;
  }

  isOut(whole: OrderedMove): boolean {
    return this.#out.has(whole);
  }

  /** Resolves with whether it was made. `begin` writes the intent down. */
  async make(step: MoveStep, attempted: Attempted, begin: () => number): Promise<boolean> {
    if (this.#first !== undefined) {
      await this.#first;
      return this.#make(step, attempted, begin);
    }
    const made = this.#make(step, attempted, begin);
    this.#first = made.then(
      () => undefined,
      () => undefined,
    );
    return made;
  }

  async #make(step: MoveStep, attempted: Attempted, begin: () => number): Promise<boolean> {
    const { remote, ledger, gate, tasks, learnt, concurrency, filter, place } = this.#options;
    const half = step.aside?.half;
    const whole = step.aside?.whole ?? step;
    if (half !== 'in') {
      if (!learnt.mayMove(whole.from)) {
        learnt.isMixed(whole.from);
        return false;
      }
      const room = gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) return false;
      const expected = expectedIn(ledger, step.from, filter);
      const seen = await compareFolder({ remote, folder: place(step.from), expected, concurrency });
      if (seen === undefined || seen.deviations.length > 0) {
        learnt.isMixed(whole.from);
        return false;
      }
      if (tasks.stopped) return false;
    }
    const intent = begin();
    if (!(await this.#send(step, intent))) return false;
    if (half === 'in') return this.#arrived(step, intent, attempted, undefined);
    const seen = await lookAfterMove(this.#options, step.from, place(step.to));
    if (half === undefined) {
      const back = seen.deviations.filter(({ kind }) => kind === 'extra' || kind === 'changed');
      await putBack(
        remote,
        place(step.to),
        place(step.from),
        back.map(({ path }) => path),
      );
      return this.#arrived(step, intent, attempted, seen);
    }
    if (seen.deviations.length > 0) {
      // on its way through a hidden name it takes nobody along: it goes back, and its files move one by one
      const dropped = await putBackFolder(remote, place(step.to), place(step.from));
      const { journal, times } = this.#options;
      journal.end(intent, () => returnRows(ledger, step.from, step.from, seen.deviations, dropped, times));
      learnt.isMixed(whole.from);
      return false;
    }
    ledger.transaction(() => renameRows(ledger, step.from, step.to, seen));
    this.#out.add(step.aside!.whole);
    return true;
  }

  /** False where the Stage refuses it, which is learnt. */
  async #send(step: MoveStep, intent: number): Promise<boolean> {
    const { remote, journal, outcomes, learnt, tally, tasks, place } = this.#options;
    const half = step.aside?.half;
    try {
      await remote.move(place(step.from), place(step.to), { begins: half !== 'in' });
      return true;
    } catch (error) {
      const untouched = half !== 'in' && (tasks.notBegun(error) || outcomes.isSettled(error));
      if (untouched) journal.end(intent);
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      const whole = step.aside?.whole ?? step;
      // somebody may have taken the name, or the folder; else it is what this Stage does with folders
      const others = hasFact(error, 'missing') || (await isTaken(remote, place(step.to)));
      if (!others) learnt.refuseFolderMoves((problem) => tally.problem('', problem), error);
      learnt.isMixed(whole.from);
      return false;
    }
  }

  /** `seen`: what is at the new place; undefined where nobody could have come along. */
  #arrived(step: MoveStep, intent: number, attempted: Attempted, seen: Comparison | undefined): true {
    const { ledger, journal, outcomes, tally, learnt, store, times } = this.#options;
    const { from, to } = step.aside?.whole ?? step;
    journal.end(intent, () => {
      if (seen === undefined) rename(ledger, step.from, to, times);
      else renameRows(ledger, step.from, to, seen);
      ledger.note(from, 'moved', attempted.reason);
      for (const { from: old, arrival } of store.carried.into(to)) {
        ledger.note(old, 'moved', attempted.reason);
        const row = ledger.get(arrival.path);
        if (row !== undefined)
          ledger.put({ ...row, ...rowOf(arrival.entry, row.digest ?? arrival.digest) }, attempted.reason);
      }
    });
    // later steps rename the rows that this one renamed
    journal.flush();
    if (seen !== undefined && seen.deviations.length > 0) {
      tally.problem(from, movedBack(seen.deviations));
      learnt.lookAgain();
    }
    let files = 0;
    for (const carried of store.carried.into(to)) {
      if (ledger.get(carried.arrival.path) === undefined) continue;
      files++;
      outcomes.done({ ...attempted, path: carried.from }, { to: carried.arrival.path, within: from });
    }
    tally.moved += files;
    outcomes.done(attempted, { to, files });
    return true;
  }
}

async function isTaken(remote: Remote, folder: RelPath): Promise<boolean> {
  return (await remote.list(folder)) !== undefined || (await remote.stat(folder.slice(0, -1))) !== undefined;
}

export type AfterMoveOptions = Pick<MovesOptions, 'remote' | 'ledger' | 'concurrency' | 'filter' | 'times'>;

/**
 * After a folder's move to `folder`, a full Stage path, and before its rows are renamed: where it is not as the rows at
 * `from` have it. Rejects where Stage has nothing there.
 */
export async function lookAfterMove(
  options: AfterMoveOptions,
  from: RelPath,
  folder: RelPath,
): Promise<Comparison> {
  const { remote, ledger, concurrency, filter, times } = options;
  const expected = expectedIn(ledger, from, filter);
  const seen = await compareFolder({ remote, folder, expected, concurrency, moved: times });
  if (seen !== undefined) return seen;
  const why = `Stage moved ${from} to ${folder}, and then has nothing there; the next run looks again`;
  throw new SyncError('destination_unclear', why, { verdict: 'skip_entry', inDoubt: true });
}

const movedBack = (strangers: readonly Deviation[]): Problem => {
  const [first] = strangers;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  return {
    code: 'moved_back',
    severity: 'warning',
    message: `others changed ${first?.path || 'something in it'}${more} while the folder was moved; what is theirs is back at its old place`,
  };
};
