import { isSyncError } from '../../../model/errors.ts';
import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Check, CheckVerdict } from '../../../remote/remote.ts';
import { sameAtDestination } from '../../compare/decide.ts';
import type { Intent } from '../../ledger/intent.ts';
import { rowOf } from '../../ledger/ledger-row.ts';
import { wholeOf } from '../../plan/moves/move.ts';
import type { MoveStep } from '../../plan/moves/move.ts';
import { changedAndKept } from '../../plan/plan-problems.ts';
import type { Arrival } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import { batchesOf } from '../batches.ts';
import { isHidden, placeOf } from '../hidden-names.ts';
import { INTENT_BATCH } from '../journal.ts';
import { rename } from '../looks/folder-rows.ts';
import type { Attempted } from '../outcomes.ts';
import { FolderMoves } from './folder-moves.ts';
import { MoveOrder } from './move-order.ts';

/** Uploads a file whose move is not made. */
type Upload = (arrival: Arrival) => void | Promise<void>;

/** A step with the intent that was written for it: by itself, or by the first half of its move. */
interface Begun {
  readonly step: MoveStep;
  /** Undefined: a folder's, which is written once a look allows its move; or a second half's, which has that of the first. */
  readonly intent: number | undefined;
}

/**
 * Moves files and folders at the destination, and their rows in the ledger with them, once a fresh look shows them as
 * planned.
 */
export class Moves {
  readonly #parts: ActionParts;
  readonly #upload: Upload;
  readonly #folders: FolderMoves;
  /** The intents of moves by way of a hidden name, by their origins: one covers both halves. */
  readonly #begun = new Map<RelPath, number>();
  /** The origins of what waits under a hidden name. */
  readonly #out = new Set<RelPath>();

  constructor(parts: ActionParts, upload: Upload) {
    this.#parts = parts;
    this.#upload = upload;
    this.#folders = new FolderMoves(parts);
  }

  /** Makes many moves at the same time, each after the move that frees its target and the one that brings its origin. */
  async makeAll(steps: Iterable<MoveStep>, reason: string): Promise<void> {
    const { tasks, looks } = this.#parts;
    looks.forget();
    const order = new MoveOrder();
    for (const batch of batchesOf(steps, INTENT_BATCH)) {
      const room = tasks.room(INTENT_BATCH);
      if (room !== undefined) await room;
      if (tasks.stopped) break;
      for (const begun of this.#begin(batch, reason))
        tasks.add(order.inTurn(begun.step, (isReady) => this.#takeTurn(begun, { isReady, reason })));
    }
    await tasks.idle();
  }

  /** Writes the intents of files in one commit. */
  #begin(steps: readonly MoveStep[], reason: string): Begun[] {
    const { journal, tasks } = this.#parts;
    const needsIntent = ({ from, aside }: MoveStep): boolean => !isFolderPath(from) && aside?.half !== 'in';
    const wanted = steps.filter(needsIntent).map((step) => intentOf(step, reason));
    try {
      const ids = wanted.length === 0 ? [] : journal.begin(wanted, { independent: true }).reverse();
      const begun = steps.map((step) => ({ step, intent: needsIntent(step) ? ids.pop() : undefined }));
      for (const { step, intent } of begun)
        if (intent !== undefined && step.aside !== undefined) this.#begun.set(step.aside.whole.from, intent);
      return begun;
    } catch (error) {
      tasks.end(error);
      return [];
    }
  }

  /** Resolves with whether the step was made. `isReady`: what it waited for was made. */
  async #takeTurn(
    { step, intent }: Begun,
    { isReady, reason }: { readonly isReady: boolean; readonly reason: string },
  ): Promise<boolean> {
    const { tasks, journal } = this.#parts;
    const goes = !tasks.stopped && isReady && this.isOut(step);
    if (!goes && intent !== undefined) journal.end(intent);
    if (tasks.stopped) return false;
    const why = step.aside === undefined ? reason : 'cycle';
    return goes ? this.#make({ step, intent }, why) : this.#goWithout(step);
  }

  /** Whether a step can be made: a second half only where the first half was, maybe in an earlier phase. */
  isOut({ aside }: MoveStep): boolean {
    return aside?.half !== 'in' || this.#out.has(aside.whole.from);
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
    if (aside !== undefined && this.#out.has(aside.whole.from)) learnt.lookAgain();
    else if (arrival !== undefined) {
      onStayed(wholeOf(step).from);
      await this.#upload(arrival);
    } else learnt.isMixed(wholeOf(step).from);
    return false;
  }

  /** Resolves with whether it was made. */
  async #make({ step, intent }: Begun, reason: string): Promise<boolean> {
    const { outcomes, learnt } = this.#parts;
    const origin = wholeOf(step).from;
    const attempted = outcomes.begin('move', origin, reason);
    try {
      if (isFolderPath(step.from))
        return await this.#folders.make(step, attempted, () => this.#folderIntent(step, reason));
      return await this.#makeFile(step, intent ?? this.#begun.get(origin)!, attempted);
    } catch (error) {
      const mayGoOn = isSyncError(error) && error.verdict !== 'end_run' && !learnt.isLastRound;
      // where a folder cannot be moved, its files may still be
      if (isFolderPath(step.from) && mayGoOn) learnt.isMixed(origin);
      else outcomes.failed(attempted, error);
      return false;
    } finally {
      if (step.aside?.half === 'out' && isFolderPath(step.from) && this.#folders.isOut(origin))
        this.#out.add(origin);
    }
  }

  async #makeFile(step: MoveStep, intent: number, attempted: Attempted): Promise<boolean> {
    const { tally, outcomes } = this.#parts;
    if (!(await this.#send(step, intent))) return this.#goWithout(step);
    this.#record(step, intent, attempted.reason);
    const { from } = wholeOf(step);
    if (step.aside?.half === 'out') {
      this.#out.add(from);
      return true;
    }
    this.#out.delete(from);
    this.#begun.delete(from);
    tally.moved++;
    outcomes.done(attempted, { to: step.to, files: 1 });
    return true;
  }

  /** Resolves with false where the move was refused, or a look said that it must not be made. */
  async #send(step: MoveStep, intent: number): Promise<boolean> {
    const { remote, journal, outcomes, tasks } = this.#parts;
    const begins = step.aside?.half !== 'in';
    try {
      const check: Check = async (attempt, inDoubt) => {
        const verdict = isHidden(step.from) ? 'go' : await this.#check(step, attempt, inDoubt);
        // what waited may have its name by an attempt in doubt
        const mayHaveCome = inDoubt && isHidden(step.from);
        if (verdict !== 'go' || mayHaveCome) return verdict;
        return (await this.#isFree(step.to, attempt)) ? 'go' : 'kept';
      };
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
    if (step.aside?.half === 'out') journal.goOn(() => rename(ledger, step.from, step.to, times));
    else
      journal.end(intent, () => {
        rename(ledger, step.from, step.to, times);
        const row = ledger.get(step.to);
        ledger.note(wholeOf(step).from, 'moved', reason);
        if (row !== undefined)
          ledger.put({ ...row, ...rowOf(step.arrival!.entry, row.digest ?? step.arrival!.digest) }, reason);
      });
    // a step that waits for this one is sent only when this one is on disk: the rows then tell which of them were made
    if (step.independent !== true) journal.flush();
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

  /**
   * Whether a file may go to a name. Where nothing is to be overwritten, or all that is goes into the trash, nobody may have
   * it: a destination whose moves replace files would not say so.
   */
  async #isFree(to: RelPath, attempt: number): Promise<boolean> {
    const { looks, taken, remote } = this.#parts;
    if (taken === undefined || isHidden(to)) return true;
    const look = await looks.at(to, { anew: attempt > 1 });
    if (!('unclear' in look) && look.shown === undefined) return true;
    // the listing may be older than the move that made the name free
    if ((await remote.statNow(this.#place(to))) === undefined) return true;
    taken.forget();
    return false;
  }

  #place(path: RelPath): RelPath {
    return placeOf(this.#parts.remote.root, path);
  }

  #folderIntent(step: MoveStep, reason: string): number {
    const { from } = wholeOf(step);
    const begun = this.#begun.get(from);
    if (begun !== undefined) return begun;
    const intent = this.#parts.journal.begin([intentOf(step, reason)])[0]!;
    if (step.aside !== undefined) this.#begun.set(from, intent);
    return intent;
  }
}

const intentOf = ({ from, to, aside }: MoveStep, reason: string): Intent =>
  aside === undefined
    ? { op: 'move', path: from, to, reason }
    : { op: 'move', path: aside.whole.from, to: aside.whole.to, via: to, reason: 'cycle' };
