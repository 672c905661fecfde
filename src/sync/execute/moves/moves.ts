import { isSyncError } from '../../../model/errors.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Check, CheckVerdict } from '../../../remote/remote.ts';
import { sameAtDestination } from '../../compare/decide.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import type { OrderedMove } from '../../plan/moves/order-moves.ts';
import { changedAndKept } from '../../plan/plan-problems.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { isHidden, placeOf } from '../hidden-names.ts';
import { rename } from '../looks/folder-rows.ts';
import type { Attempted } from '../outcomes.ts';
import { FolderMoves } from './folder-moves.ts';
import { wholeOf } from './move-step.ts';
import type { MoveStep } from './move-step.ts';

/** Uploads a file whose move is not made. */
type Upload = (arrival: Arrival) => void | Promise<void>;

/**
 * Moves files and folders at the destination, and their rows in the ledger with them, once a fresh look shows them as
 * planned.
 */
export class Moves {
  readonly #parts: ActionParts;
  readonly #upload: Upload;
  readonly #folders: FolderMoves;
  /** The intents of moves by way of a hidden name: one covers both halves. */
  readonly #begun = new Map<OrderedMove, number>();
  /** Moves whose first half was made. */
  readonly #out = new Set<OrderedMove>();

  constructor(parts: ActionParts, upload: Upload) {
    this.#parts = parts;
    this.#upload = upload;
    this.#folders = new FolderMoves(parts);
  }

  /** Makes many moves at the same time, each after the move that frees its target and the one that brings its origin. */
  async makeAll(steps: readonly MoveStep[], reason: string): Promise<void> {
    const { tasks, looks } = this.#parts;
    looks.forget();
    const frees = new Map<RelPath, Promise<boolean>>();
    const brings = new Map<RelPath, Promise<boolean>>();
    for (const step of steps) {
      if (tasks.stopped) break;
      const [freed, brought] = [frees.get(step.to), brings.get(step.from)];
      const why = step.aside === undefined ? reason : 'cycle';
      const made = (async () => {
        const ready = (await freed) !== false && (await brought) !== false && this.isOut(step);
        if (tasks.stopped) return false;
        return ready ? this.#make(step, why) : this.#goWithout(step);
      })();
      const worked = made.catch(() => false);
      frees.set(step.from, worked);
      brings.set(step.to, worked);
      await tasks.start(made);
    }
    await tasks.idle();
  }

  /** Whether a step can be made: a second half only where the first half was, maybe in an earlier phase. */
  isOut({ aside }: MoveStep): boolean {
    return aside?.half !== 'in' || this.#out.has(aside.whole);
  }

  /**
   * A move that is not made because the one before it was not: its target is still taken, or its origin not there.
   * Where moves replace files, this one would destroy what the other was to bring elsewhere. A file is uploaded over
   * the target instead; a folder, and a file that already waits under a hidden name, is left to another look.
   */
  async #goWithout(step: MoveStep): Promise<false> {
    const { learnt, onStayed } = this.#parts;
    const { aside, arrival } = step;
    if (aside?.half === 'out') return false;
    if (aside !== undefined && this.#out.has(aside.whole)) learnt.lookAgain();
    else if (arrival !== undefined) {
      onStayed(wholeOf(step).from);
      await this.#upload(arrival);
    } else learnt.isMixed(wholeOf(step).from);
    return false;
  }

  /** Resolves with whether it was made. */
  async #make(step: MoveStep, reason: string): Promise<boolean> {
    const { outcomes, tasks, learnt } = this.#parts;
    const attempted = outcomes.begin('move', wholeOf(step).from, reason);
    try {
      if (isFolderPath(step.from))
        return await this.#folders.make(step, attempted, () => this.#intent(step, reason));
      if (tasks.stopped) return false;
      return await this.#makeFile(step, attempted, reason);
    } catch (error) {
      const mayGoOn = isSyncError(error) && error.verdict !== 'end_run' && !learnt.isLastRound;
      // where a folder cannot be moved, its files may still be
      if (isFolderPath(step.from) && mayGoOn) learnt.isMixed(wholeOf(step).from);
      else outcomes.failed(attempted, error);
      return false;
    } finally {
      if (step.aside?.half === 'out' && isFolderPath(step.from) && this.#folders.isOut(step.aside.whole))
        this.#out.add(step.aside.whole);
    }
  }

  async #makeFile(step: MoveStep, attempted: Attempted, reason: string): Promise<boolean> {
    const { tally, outcomes } = this.#parts;
    const intent = this.#intent(step, reason);
    if (!(await this.#send(step, intent))) return this.#goWithout(step);
    this.#record(step, intent, reason);
    if (step.aside?.half === 'out') {
      this.#out.add(step.aside.whole);
      return true;
    }
    tally.moved++;
    outcomes.done(attempted, { to: step.to, files: 1 });
    return true;
  }

  /** Resolves with false where the move was refused, or a look said that it must not be made. */
  async #send(step: MoveStep, intent: number): Promise<boolean> {
    const { remote, journal, outcomes, tasks } = this.#parts;
    const begins = step.aside?.half !== 'in';
    try {
      const check: Check | undefined = isHidden(step.from)
        ? undefined
        : (attempt, inDoubt) => this.#check(step, attempt, inDoubt);
      const end = await remote.move(this.#place(step.from), this.#place(step.to), { begins, check });
      if (end !== 'done' && begins) journal.end(intent);
      return end === 'done';
    } catch (error) {
      if (begins && (tasks.notBegun(error) || outcomes.isSettled(error))) journal.end(intent);
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      return false;
    }
  }

  /** Moves the file's row with it; a first half leaves the intent to the second. */
  #record(step: MoveStep, intent: number, reason: string): void {
    const { ledger, journal, times } = this.#parts;
    const isOut = step.aside?.half === 'out';
    const write = (): void => {
      rename(ledger, step.from, step.to, times);
      if (isOut) return;
      const row = ledger.get(step.to);
      ledger.note(wholeOf(step).from, 'moved', reason);
      if (row !== undefined)
        ledger.put({ ...row, ...rowOf(step.arrival!.entry, row.digest ?? step.arrival!.digest) }, reason);
    };
    if (isOut) ledger.transaction(write);
    else journal.end(intent, write);
    // later steps rename the rows that this one renamed
    journal.flush();
  }

  /** Looks, right before a file moves, whether the file is as the ledger has it. */
  async #check({ from, to }: MoveStep, attempt: number, inDoubt: boolean): Promise<CheckVerdict> {
    const { looks, ledger, tally, remote } = this.#parts;
    const row = ledger.get(from);
    const look = await looks.at(from, { anew: attempt > 1 });
    const shown = 'unclear' in look ? undefined : look.shown;
    const isThere = row !== undefined && shown !== undefined && sameAtDestination(shown, row);
    if (isThere && !inDoubt) return 'go';
    // an attempt whose reply was lost may have made the move, and others may have put another file there since
    const hasCome =
      inDoubt && row !== undefined && (await remote.statNow(this.#place(to)))?.size === row.size;
    if (isThere) return hasCome ? 'kept' : 'go';
    if (hasCome) return 'done';
    if (shown === undefined) return 'gone';
    tally.problem(from, changedAndKept(remote.words));
    return 'kept';
  }

  #place(path: RelPath): RelPath {
    return placeOf(this.#parts.remote.root, path);
  }

  #intent(step: MoveStep, reason: string): number {
    const { journal } = this.#parts;
    if (step.aside === undefined)
      return journal.begin([{ op: 'move', path: step.from, to: step.to, reason }])[0]!;
    const { whole } = step.aside;
    const begun = this.#begun.get(whole);
    if (begun !== undefined) return begun;
    const via = step.to;
    const intent = journal.begin([{ op: 'move', path: whole.from, to: whole.to, via, reason }])[0]!;
    this.#begun.set(whole, intent);
    return intent;
  }
}
