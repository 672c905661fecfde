import { hasFact, isSyncError } from '../../../model/errors.ts';
import type { Problem } from '../../../model/entry.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Remote } from '../../../remote/remote.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import { wholeOf } from '../../plan/moves/move.ts';
import type { MoveStep } from '../../plan/moves/move.ts';
import type { ActionParts } from '../action-parts.ts';
import { placeOf } from '../hidden-names.ts';
import { compareFolder } from '../looks/compare-folder.ts';
import type { Comparison, Deviation } from '../looks/compare-folder.ts';
import { expectedIn, rename, renameRows, returnRows } from '../looks/folder-rows.ts';
import { lookAfterMove } from '../looks/look-after-move.ts';
import type { Attempted } from '../outcomes.ts';
import { isOursIn, putBack, putBackFolder, tellLeft } from './put-back.ts';

/**
 * Moves folders with everything in them. The one request for that would also take along files that nobody has seen. So all
 * of a folder is looked at before and after its move. A folder that is not as the ledger has it does not move as a whole.
 * What came in between the two looks is moved back.
 */
export class FolderMoves {
  readonly #parts: ActionParts;
  /** The folders that wait under a hidden name, by their old names. */
  readonly #out = new Set<RelPath>();
  /** The first move of all. The others wait for it, because it shows whether the destination moves folders. */
  #first: Promise<void> | undefined;

  constructor(parts: ActionParts) {
    this.#parts = parts;
  }

  isOut(folder: RelPath): boolean {
    return this.#out.has(folder);
  }

  /** Resolves with whether the move was made. `begin` writes the intent down. */
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
    const half = step.aside?.half;
    if (half !== 'in' && !(await this.#mayMove(step))) return false;
    const intent = begin();
    if (!(await this.#send(step, intent))) return false;
    if (half === 'in') return this.#arrived(step, intent, attempted, undefined);
    const seen = await lookAfterMove(this.#parts, step.from, this.#place(step.to));
    return half === 'out'
      ? this.#isAside(step, intent, seen)
      : this.#arrived(step, intent, attempted, await this.#sendBack(step, seen));
  }

  /** Looks at all of a folder before it moves: only a folder that is as the ledger has it moves as a whole. */
  async #mayMove(step: MoveStep): Promise<boolean> {
    const { remote, ledger, gate, tasks, learnt, filter } = this.#parts;
    const { from } = wholeOf(step);
    if (!learnt.mayMove(from)) {
      learnt.isMixed(from);
      return false;
    }
    const room = gate.room();
    if (room !== undefined) await room;
    if (tasks.stopped) return false;
    const expected = expectedIn(ledger, step.from, filter);
    const seen = await compareFolder({ remote, folder: this.#place(step.from), expected, gate });
    if (seen === undefined || seen.deviations.length > 0) {
      learnt.isMixed(from);
      return false;
    }
    return !tasks.stopped;
  }

  /** Moves back what came along with the folder and is not ours. */
  async #sendBack(step: MoveStep, seen: Comparison): Promise<Comparison> {
    const back = seen.deviations.filter(({ kind }) => kind === 'extra' || kind === 'changed');
    const paths = back.map(({ path }) => path);
    await putBack(this.#parts.remote, this.#place(step.to), this.#place(step.from), paths);
    return seen;
  }

  /** The folder has its hidden name. Where it took files of others along, it goes back, and is moved file by file. */
  async #isAside(step: MoveStep, intent: number, { deviations, touched }: Comparison): Promise<boolean> {
    const { remote, ledger, journal, times, learnt, tally } = this.#parts;
    const { from, to } = step;
    if (deviations.length > 0) {
      const taken = await putBackFolder(remote, this.#place(to), this.#place(from), isOursIn(deviations));
      const dropped = taken?.names;
      journal.end(intent, () => returnRows({ ledger, times, from, to: from, deviations, dropped }));
      tellLeft(tally, this.#place(to), taken?.left);
      learnt.isMixed(wholeOf(step).from);
      return false;
    }
    ledger.transaction(() => renameRows(ledger, from, to, { deviations, touched }));
    this.#out.add(wholeOf(step).from);
    return true;
  }

  #place(path: RelPath): RelPath {
    return placeOf(this.#parts.remote.root, path);
  }

  /** Resolves with false where the destination refuses the move, which is learnt. */
  async #send(step: MoveStep, intent: number): Promise<boolean> {
    const { remote, journal, outcomes, learnt, tally, tasks } = this.#parts;
    const half = step.aside?.half;
    try {
      await remote.move(this.#place(step.from), this.#place(step.to), { begins: half !== 'in' });
      return true;
    } catch (error) {
      const untouched = half !== 'in' && (tasks.notBegun(error) || outcomes.isSettled(error));
      if (untouched) journal.end(intent);
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      // somebody may have taken the name, or the folder; otherwise the destination refuses to move folders at all
      const others = hasFact(error, 'missing') || (await isTaken(remote, this.#place(step.to)));
      if (!others)
        learnt.refuseFolderMoves(error, {
          words: remote.words,
          tell: (problem) => tally.problem('', problem),
        });
      learnt.isMixed(wholeOf(step).from);
      return false;
    }
  }

  /** Writes down a move that was made. `seen`: what is at the new place; undefined where nothing could have come along. */
  #arrived(step: MoveStep, intent: number, attempted: Attempted, seen: Comparison | undefined): true {
    const { ledger, journal, outcomes, tally, learnt, store, times } = this.#parts;
    const { from, to } = wholeOf(step);
    journal.end(intent, () => {
      if (seen === undefined) rename(ledger, step.from, to, times);
      else renameRows(ledger, step.from, to, seen);
      ledger.note(from, 'moved', attempted.reason);
      for (const { from: old, arrival } of store.moved.carriedInto(to)) {
        ledger.note(old, 'moved', attempted.reason);
        const row = ledger.get(arrival.path);
        if (row !== undefined)
          ledger.put({ ...row, ...rowOf(arrival.entry, row.digest ?? arrival.digest) }, attempted.reason);
      }
    });
    this.#out.delete(from);
    // later steps rename the rows that this one renamed
    journal.flush();
    if (seen !== undefined && seen.deviations.length > 0) {
      tally.problem(from, movedBack(seen.deviations));
      learnt.lookAgain();
    }
    let files = 0;
    for (const carried of store.moved.carriedInto(to)) {
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

const movedBack = (strangers: readonly Deviation[]): Problem => {
  const [first] = strangers;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  return {
    code: 'moved_back',
    severity: 'warning',
    message: `others changed ${first?.path || 'something in it'}${more} while the folder was moved; what is theirs is back at its old place`,
  };
};
