import type { Problem } from '../../../model/entry.ts';
import { hasFact, isSyncError, SyncError } from '../../../model/errors.ts';
import { foldersOf, isFolderPath, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { shownOf } from '../../compare/decide.ts';
import type { Removal } from '../../plan/store/plan-store.ts';
import { compareFolder } from '../looks/compare-folder.ts';
import type { Deviation, Expected } from '../looks/compare-folder.ts';
import { returnRows } from '../looks/folder-rows.ts';
import type { Attempted } from '../outcomes.ts';
import { putBack, putBackFolder, removeFolder } from '../moves/put-back.ts';
import type { CheckVerdict } from '../../../remote/remote.ts';
import type { RemovalsOptions } from './removals.ts';
import type { DestinationTimes } from '../destination-times.ts';

export interface FolderRemovalsOptions extends RemovalsOptions {
  readonly removeFile: (removal: Removal) => Promise<void>;
}

const BATCH = 500;

/**
 * Removes folders with everything in them. One request would destroy also what nobody has seen, so a folder is looked
 * at, all of it, moved to a name that only this run knows, looked at again there, and deleted then. What came in between
 * is put back. A folder in which anything is not as planned is taken apart instead: what is as planned goes, piece by
 * piece, and the folder stays.
 */
export class FolderRemovals {
  readonly #options: FolderRemovalsOptions;

  constructor(options: FolderRemovalsOptions) {
    this.#options = options;
  }

  async remove(removal: Removal): Promise<void> {
    const { outcomes, tasks, learnt, gate, remote } = this.#options;
    const { path } = removal;
    const attempted = outcomes.begin('remove', path, removal.reason);
    try {
      const room = gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) return;
      // piece by piece each file, and each emptied folder, is looked at by itself
      if (learnt.refusesFolderMoves) return await this.#takeApart(removal, []);
      const found = await this.#look(remote.root + path, path);
      // gone, or a listing that is wrong: the next one tells
      if (found === undefined) return;
      const strangers = found.filter(({ kind }) => kind !== 'missing');
      // what is missing may only be missing in the listing, and then more may be
      if (found.length > 0) await this.#takeApart(removal, strangers);
      else await this.#removeWhole(removal, attempted);
    } catch (error) {
      outcomes.failed(attempted, error);
    }
  }

  /** Where a folder is not as planned; undefined when it is not there. `place` is its full path now. */
  async #look(
    place: RelPath,
    folder: RelPath,
    moved?: DestinationTimes,
  ): Promise<readonly Deviation[] | undefined> {
    const { remote, concurrency } = this.#options;
    const expected = this.#expectedIn(folder);
    return (await compareFolder({ remote, folder: place, expected, concurrency, moved }))?.deviations;
  }

  async #lookIntoEmptied(place: RelPath): Promise<readonly Deviation[] | undefined> {
    const { remote, concurrency } = this.#options;
    return (await compareFolder({ remote, folder: place, expected: [], concurrency }))?.deviations;
  }

  *#expectedIn(folder: RelPath): Generator<readonly Expected[], void> {
    const { store, ledger } = this.#options;
    let batch: Expected[] = [];
    for (const removal of store.removals.within(folder)) {
      const path = removal.path.slice(folder.length);
      const row = removal.shown === undefined ? ledger.get(removal.path) : undefined;
      const shown = removal.shown ?? (row && shownOf(row));
      if (isFolderPath(path)) batch.push({ path, shown: undefined });
      // a file of which nobody can say how it was is as one that nobody knew of
      else if (shown !== undefined) batch.push({ path, shown });
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }

  /** `emptied`: what was in it went before, piece by piece, and nothing else was there. */
  async #removeWhole(removal: Removal, attempted: Attempted, emptied = false): Promise<void> {
    const { remote, journal, hidden, learnt, outcomes, tally, tasks, ledger, times } = this.#options;
    const { path, reason } = removal;
    if (tasks.stopped) return;
    const place = remote.root + path;
    const via = hidden.next('gone', path);
    const id = journal.begin([{ op: 'remove', path, via, reason }])[0]!;
    try {
      await remote.move(place, via, { begins: true });
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      if (tasks.notBegun(error) || !isSyncError(error)) throw error;
      if (error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      if (hasFact(error, 'missing')) return;
      learnt.refuseFolderMoves((problem) => tally.problem('', problem), error);
      return emptied ? this.#removeEmpty(removal) : this.#takeApart(removal, []);
    }
    const strangers = emptied ? await this.#lookIntoEmptied(via) : await this.#look(via, path, times);
    if (strangers === undefined) throw notListed(path, via);
    if (strangers.some(({ kind }) => kind === 'unclear' || kind === 'missing')) {
      // what cannot be read, or is not read in full, is not deleted: all of it goes back
      const dropped = await putBackFolder(remote, via, place);
      journal.end(id, () => returnRows(ledger, path, path, strangers, dropped, times));
      tally.problem(path, kept(strangers));
      return;
    }
    const back = strangers.map((each) => each.path);
    if (back.length > 0) await putBack(remote, via, place, back);
    await removeFolder(remote, via, learnt);
    const gone = this.#tell(removal, new Set(back), attempted, emptied);
    journal.end(id, () => {
      const stays = new Set(back.flatMap((each) => foldersOf(path + each)));
      const folders = [...stays].flatMap((folder) => {
        const row = folder.startsWith(path) ? ledger.get(folder) : undefined;
        return row === undefined ? [] : [row];
      });
      ledger.forgetFolder(path);
      // made again for what was put back, and as much ours as it was
      for (const row of folders) ledger.put(row, 'parent');
      for (const each of gone()) ledger.note(each, 'removed', reason);
    });
    if (back.length > 0) tally.problem(path, kept(strangers));
  }

  /** Tells of everything that went with a folder. Returns a reader of the paths: they may be very many. */
  #tell(
    { path, reason }: Removal,
    back: ReadonlySet<RelPath>,
    attempted: Attempted,
    emptied: boolean,
  ): () => Generator<RelPath, void> {
    const { store, outcomes, tally } = this.#options;
    const stays = new Set([...back].flatMap((each) => foldersOf(path + each)));
    const gone = function* (): Generator<RelPath, void> {
      for (const each of emptied ? [] : store.removals.within(path))
        if (!back.has(each.path.slice(path.length)) && !stays.has(each.path)) yield each.path;
      if (back.size === 0) yield path;
    };
    let files = 0;
    for (const each of gone()) {
      if (each === path) continue;
      if (isFolderPath(each)) tally.foldersRemoved++;
      else files++;
      outcomes.done({ ...attempted, path: each, reason }, { within: path });
    }
    tally.removed += files;
    if (back.size > 0) return gone;
    tally.foldersRemoved++;
    outcomes.done(attempted, { files });
    return gone;
  }

  /** Removes what a folder holds one by one, and the folder itself where nothing else is in it. */
  async #takeApart(removal: Removal, strangers: readonly Deviation[]): Promise<void> {
    const folder = removal.path;
    const { store, tally, concurrency, tasks, removeFile } = this.#options;
    let batch: Removal[] = [];
    const work = async (): Promise<void> => {
      await Promise.all(
        batch.map((each) => (isFolderPath(each.path) ? this.remove(each) : removeFile(each))),
      );
      batch = [];
    };
    for (const each of store.removals.within(folder)) {
      if (tasks.stopped) return;
      if (parentOf(each.path) !== folder) continue;
      batch.push(each);
      if (batch.length >= concurrency) await work();
    }
    await work();
    if (tasks.stopped) return;
    if (strangers.length > 0) {
      tally.problem(folder, kept(strangers));
      return;
    }
    await this.#removeEmpty(removal);
  }

  async #removeEmpty(removal: Removal): Promise<void> {
    const { remote, journal, ledger, learnt, outcomes, tally } = this.#options;
    const { path: folder, reason } = removal;
    const attempted = outcomes.begin('remove', folder, reason);
    if (!learnt.refusesFolderMoves) {
      const inside = await remote.listNow(remote.root + folder);
      if (inside === undefined) return;
      if (inside.length > 0) return tally.problem(folder, kept([]));
      return this.#removeWhole(removal, attempted, true);
    }
    const id = journal.begin([{ op: 'remove', path: folder, reason }])[0]!;
    const check = async (): Promise<CheckVerdict> => {
      const inside = await remote.listNow(remote.root + folder);
      return inside === undefined ? 'gone' : inside.length === 0 ? 'go' : 'kept';
    };
    try {
      const end = await remote.remove(remote.root + folder, { begins: true, check });
      if (end === 'kept') tally.problem(folder, kept([]));
      if (end !== 'done') return journal.end(id);
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      throw error;
    }
    journal.end(id, () => {
      ledger.forget(folder);
      ledger.note(folder, 'removed', reason);
    });
    tally.foldersRemoved++;
    outcomes.done(attempted, { files: 0 });
  }
}

const notListed = (path: RelPath, via: RelPath): SyncError =>
  new SyncError(
    'destination_unclear',
    `Stage moved ${path} to ${via}, and then has nothing there; the next run looks again`,
    { verdict: 'skip_entry', inDoubt: true },
  );

const kept = (strangers: readonly Deviation[]): Problem => {
  const [first] = strangers;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  return {
    code: 'folder_kept',
    severity: 'warning',
    message: `not removed, for it holds what this run was not to remove: ${first === undefined ? 'something' : first.path || 'something that cannot be listed'}${more} (excluded, put there by others, or changed since it was listed)`,
  };
};
