import { isSyncError } from '../../model/errors.ts';
import type { Problem } from '../../model/entry.ts';
import { foldersOf, isFolderPath } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter } from '../../model/ports.ts';
import { shownOf } from '../compare/decide.ts';
import { rowOf } from '../ledger/ledger-row.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OrderedMove } from '../plan/order-moves.ts';
import { compareFolder } from './compare-folder.ts';
import type { Deviation, Expected } from './compare-folder.ts';
import { isHidden } from './hidden-names.ts';
import type { MovesOptions, MoveStep } from './moves.ts';
import type { Attempted } from './outcomes.ts';
import { putBack, putBackFolder } from './put-back.ts';
import type { Remote } from './remote.ts';

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
      const found = await compareFolder({ remote, folder: place(step.from), expected, concurrency });
      if (found === undefined || found.length > 0) {
        learnt.isMixed(whole.from);
        return false;
      }
      if (tasks.stopped) return false;
    }
    const intent = begin();
    if (!(await this.#send(step, intent))) return false;
    if (half === 'in') return this.#arrived(step, intent, attempted, []);
    const strangers = await strangersAfterMove(this.#options, step.from, place(step.to));
    if (half === undefined) {
      await moveBack(remote, place(step.from), place(step.to), strangers);
      return this.#arrived(step, intent, attempted, strangers);
    }
    if (strangers.some(({ kind }) => kind !== 'missing')) {
      // on its way through a hidden name it takes nobody along: it goes back, and its files move one by one
      const dropped = await putBackFolder(remote, place(step.to), place(step.from));
      this.#options.journal.end(intent, () => returnRows(ledger, step.from, step.from, strangers, dropped));
      learnt.isMixed(whole.from);
      return false;
    }
    ledger.transaction(() => ledger.rename(step.from, step.to));
    this.#out.add(step.aside!.whole);
    return true;
  }

  /** False where the Stage refuses it, which is learnt. */
  async #send(step: MoveStep, intent: number): Promise<boolean> {
    const { remote, journal, outcomes, learnt, tally, tasks, place } = this.#options;
    const half = step.aside?.half;
    try {
      await remote.move(place(step.from), place(step.to), half !== 'in');
      return true;
    } catch (error) {
      const untouched = half !== 'in' && (tasks.notBegun(error) || outcomes.isSettled(error));
      if (untouched) journal.end(intent);
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      const whole = step.aside?.whole ?? step;
      // somebody may have taken the name, or the folder; else it is what this Stage does with folders
      const others = error.code === 'stage_not_found' || (await isTaken(remote, place(step.to)));
      if (!others) learnt.refuseFolderMoves((problem) => tally.problem('', problem), error);
      learnt.isMixed(whole.from);
      return false;
    }
  }

  #arrived(step: MoveStep, intent: number, attempted: Attempted, strangers: readonly Deviation[]): true {
    const { ledger, journal, outcomes, tally, learnt, store } = this.#options;
    const { from, to } = step.aside?.whole ?? step;
    journal.end(intent, () => {
      renameRows(ledger, step.from, to, strangers);
      for (const { arrival } of store.carriedInto(to)) {
        const row = ledger.get(arrival.path);
        if (row !== undefined)
          ledger.moved({ ...row, ...rowOf(arrival.entry, row.digest ?? arrival.digest) }, attempted.reason);
      }
    });
    // later steps rename the rows that this one renamed
    journal.flush();
    if (strangers.length > 0) {
      tally.problem(from, movedBack(strangers));
      learnt.lookAgain();
    }
    let files = 0;
    for (const carried of store.carriedInto(to)) {
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

/** What the ledger has below a folder; what the filter leaves out is nobody's to move. */
function* expectedIn(
  ledger: Ledger,
  folder: RelPath,
  filter: PathFilter,
): Generator<readonly Expected[], void> {
  for (const page of ledger.rows(folder))
    yield page
      .filter(({ path }) => path !== folder && (isHidden(folder) || !filter.excludes(path)))
      .map((row) => ({
        path: row.path.slice(folder.length),
        shown: isFolderPath(row.path) ? undefined : shownOf(row),
      }));
}

export type AfterMoveOptions = Pick<MovesOptions, 'remote' | 'ledger' | 'concurrency' | 'filter' | 'times'>;

/** After a folder's move, before its rows are renamed: what is at its new place and not as the rows have it. */
export async function strangersAfterMove(
  options: AfterMoveOptions,
  from: RelPath,
  folder: RelPath,
): Promise<Deviation[]> {
  const { remote, ledger, concurrency, filter, times } = options;
  const expected = expectedIn(ledger, from, filter);
  return (await compareFolder({ remote, folder, expected, concurrency, moved: times })) ?? [];
}

/** Moves what came along with a folder back to where it was; full Stage paths. */
export async function moveBack(
  remote: Remote,
  from: RelPath,
  to: RelPath,
  strangers: readonly Deviation[],
): Promise<void> {
  const paths = strangers
    .filter(({ kind }) => kind === 'extra' || kind === 'changed')
    .map(({ path }) => path);
  await putBack(remote, to, from, paths);
}

const rowsAt = (ledger: Ledger, path: RelPath): LedgerRow[] => {
  const row = ledger.get(path);
  return row === undefined ? [] : [row];
};

/**
 * The rows of a moved folder under its new name, but for what did not come along, or was moved back. Folders that were
 * made again at the old place for what was moved back are as much ours as they were.
 */
export function renameRows(
  ledger: Ledger,
  from: RelPath,
  to: RelPath,
  strangers: readonly Deviation[],
): void {
  const stayed = strangers
    .filter(({ kind }) => kind === 'changed')
    .flatMap(({ path }) => rowsAt(ledger, from + path));
  const back = strangers.filter(({ kind }) => kind === 'extra' || kind === 'changed');
  const made = new Set(back.flatMap(({ path }) => foldersOf(from + path)));
  for (const folder of made) if (folder.startsWith(from)) stayed.push(...rowsAt(ledger, folder));
  ledger.rename(from, to);
  for (const { path, kind } of strangers) if (kind !== 'extra') ledger.forget(to + path);
  for (const row of stayed) ledger.put(row, 'stayed');
}

/**
 * The rows of a folder that waited under another name and came back to `to`, as a whole or (`dropped`) into what stands
 * there by now, which may be another folder of ours: rows that are there already stay as they are.
 */
export function returnRows(
  ledger: Ledger,
  waited: RelPath,
  to: RelPath,
  strangers: readonly Deviation[],
  dropped: ReadonlySet<RelPath> | undefined,
): void {
  if (dropped === undefined) return renameRows(ledger, waited, to, strangers);
  const strange = new Set(strangers.map(({ path }) => path));
  for (const row of [...ledger.rows(waited)].flat()) {
    const path = row.path.slice(waited.length);
    const came = !dropped.has(path) && !strange.has(path);
    const taken = waited !== to && ledger.get(to + path) !== undefined;
    if (waited !== to) ledger.forget(row.path);
    // its times must be learned anew
    if (came && !taken && !isFolderPath(path))
      ledger.put({ ...row, path: to + path, stageModifiedMs: undefined }, 'moved');
    else if (came && !taken) ledger.put({ ...row, path: to + path }, 'moved');
  }
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
