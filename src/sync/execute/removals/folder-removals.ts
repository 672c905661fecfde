import type { Problem } from '../../../model/entry.ts';
import { hasFact, isSyncError } from '../../../model/errors.ts';
import { foldersOf, isFolderPath, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { CheckVerdict } from '../../../remote/remote.ts';
import type { Removal } from '../../plan/store/plan-store.ts';
import type { ActionParts } from '../action-parts.ts';
import type { DestinationTimes } from '../destination-times.ts';
import { compareFolder } from '../looks/compare-folder.ts';
import type { Deviation } from '../looks/compare-folder.ts';
import { returnRows } from '../looks/folder-rows.ts';
import { nothingThere } from '../looks/look-after-move.ts';
import { isOursIn, putBack, putBackFolder, removeAllBut, tellLeft } from '../moves/put-back.ts';
import type { Attempted } from '../outcomes.ts';
import type { TrashPlace } from '../trash/trash.ts';
import type { TrashSize } from '../trash/trash-sizes.ts';
import { plannedContents } from './planned-contents.ts';

/** A folder that is to go. `isEmptied`: its contents went before, one by one, and it held nothing else. */
interface Leaving {
  readonly removal: Removal;
  readonly attempted: Attempted;
  readonly isEmptied: boolean;
  /** Where it goes instead of being deleted. */
  readonly place?: TrashPlace | undefined;
}

/** Where a folder is now. */
interface MovedOut {
  readonly via: RelPath;
  readonly place: TrashPlace | undefined;
}

/**
 * Removes folders with everything in them, or moves them into the trash. The one request for that would also destroy files that nobody has seen. So
 * all of a folder is looked at, the folder is moved to a name that only this run knows, looked at again there, and then
 * deleted. With a trash that name is in it, and nothing is deleted. What came in between the two looks is put back. Where something in a folder is not as planned, the folder
 * stays, and only the files that are as planned are removed, one by one.
 */
export class FolderRemovals {
  readonly #parts: ActionParts;
  readonly #removeFiles: (removals: readonly Removal[]) => Promise<void>[];

  constructor(parts: ActionParts, removeFiles: (removals: readonly Removal[]) => Promise<void>[]) {
    this.#parts = parts;
    this.#removeFiles = removeFiles;
  }

  async remove(removal: Removal): Promise<void> {
    const { outcomes, tasks, learnt, gate, remote } = this.#parts;
    const { path } = removal;
    const attempted = outcomes.begin('remove', path, removal.reason);
    try {
      const room = gate.room();
      if (room !== undefined) await room;
      if (tasks.stopped) return;
      // piece by piece: each file, and each emptied folder, is looked at by itself
      if (learnt.refusesFolderMoves) return await this.#takeApart(removal, []);
      const found = await this.#look(remote.root + path, path);
      // the folder is gone, or the listing is wrong: the next listing tells
      if (found === undefined) return;
      const strangers = found.filter(({ kind }) => kind !== 'missing');
      // an entry may be missing in the listing alone, and then others may be missing in it too
      if (found.length > 0) await this.#takeApart(removal, strangers);
      else await this.#removeWhole({ removal, attempted, isEmptied: false });
    } catch (error) {
      outcomes.failed(attempted, error);
    }
  }

  /** Where a folder, now at `place`, is not as planned; undefined when nothing is there. */
  async #look(
    place: RelPath,
    folder: RelPath,
    moved?: DestinationTimes,
  ): Promise<readonly Deviation[] | undefined> {
    const { remote, gate } = this.#parts;
    const expected = plannedContents(this.#parts, folder);
    return (await compareFolder({ remote, folder: place, expected, gate, moved }))?.deviations;
  }

  async #lookIntoEmptied(place: RelPath): Promise<readonly Deviation[] | undefined> {
    const { remote, gate } = this.#parts;
    return (await compareFolder({ remote, folder: place, expected: [], gate }))?.deviations;
  }

  /** Moves the folder to a hidden name, looks at all of it there, and deletes it. */
  async #removeWhole(leaving: Leaving): Promise<void> {
    const { remote, journal, hidden, tally, tasks, ledger, times, trash } = this.#parts;
    const { path, reason } = leaving.removal;
    if (tasks.stopped) return;
    const from = remote.root + path;
    // an emptied folder is nothing to keep
    const first = leaving.isEmptied ? undefined : trash?.placeFor(from);
    if (first !== undefined) await trash!.prepare(first);
    const hiddenAt = first?.path ?? hidden.next('gone', path);
    const id = journal.begin([{ op: 'remove', path, via: hiddenAt, reason }])[0]!;
    const out = await this.#moveOut({ ...leaving, place: first }, hiddenAt, id);
    if (out === undefined) return;
    const { via, place } = out;
    const strangers = leaving.isEmptied
      ? await this.#lookIntoEmptied(via)
      : await this.#look(via, path, times);
    if (strangers === undefined) throw nothingThere(path, via, remote.words);
    if (strangers.some(({ kind }) => kind === 'unclear' || kind === 'missing')) {
      // what cannot be read, or is not read in full, is not deleted: all of it goes back
      const taken = await putBackFolder(remote, via, from, isOursIn(strangers));
      journal.end(id, () =>
        returnRows({ ledger, times, from: path, to: path, deviations: strangers, dropped: taken?.names }),
      );
      tellLeft(tally, via, taken?.left);
      tally.problem(path, kept(strangers));
      return;
    }
    await this.#delete({ ...leaving, place }, via, id, strangers);
  }

  /** Resolves with undefined where the folder has not gone to a hidden name, and all that can be done has been. */
  async #moveOut(leaving: Leaving, via: RelPath, id: number): Promise<MovedOut | undefined> {
    const { remote, journal, learnt, outcomes, tally, tasks } = this.#parts;
    const { removal, isEmptied, place } = leaving;
    try {
      const change = { begins: true };
      const onPlace = ({ path }: TrashPlace): void => journal.detour(id, path, undefined);
      const taken =
        place === undefined
          ? { end: await remote.move(remote.root + removal.path, via, change), place }
          : await this.#parts.trash!.take(place, { change, onPlace });
      if (taken.end !== 'gone') return { via: taken.place?.path ?? via, place: taken.place };
      journal.end(id);
      return undefined;
    } catch (error) {
      if (outcomes.isSettled(error)) journal.end(id);
      if (tasks.notBegun(error) || !isSyncError(error)) throw error;
      if (error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      if (hasFact(error, 'missing')) return undefined;
      learnt.refuseFolderMoves(error, { words: remote.words, tell: (problem) => tally.problem('', problem) });
    }
    await (isEmptied ? this.#removeEmpty(removal) : this.#takeApart(removal, []));
    return undefined;
  }

  /** Puts back what came into the folder and is not ours, and deletes the rest at its hidden name, unless that is in the trash. */
  async #delete(leaving: Leaving, via: RelPath, id: number, strangers: readonly Deviation[]): Promise<void> {
    const { remote, journal, learnt, tally, ledger } = this.#parts;
    const { path, reason } = leaving.removal;
    const back = strangers.map((each) => each.path);
    const stayed = back.length > 0 ? await putBack(remote, via, remote.root + path, back) : [];
    if (leaving.place === undefined) await removeAllBut(stayed, { remote, folder: via, learnt });
    tellLeft(tally, via, stayed);
    const gone = this.#tell(leaving, new Set(back));
    journal.end(id, () => {
      const stays = new Set(back.flatMap((each) => foldersOf(path + each)));
      const folders = [...stays].flatMap((folder) => {
        const row = folder.startsWith(path) ? ledger.get(folder) : undefined;
        return row === undefined ? [] : [row];
      });
      if (leaving.place !== undefined)
        this.#parts.trash!.note(leaving.place, this.#sizeOf(path, new Set(back)));
      ledger.forgetFolder(path);
      // made again for what was put back, and as much ours as they were
      for (const row of folders) ledger.put(row, 'parent');
      for (const each of gone()) ledger.note(each, 'removed', reason);
    });
    if (back.length > 0) tally.problem(path, kept(strangers));
  }

  /** How much goes with a folder, without what is put back. */
  #sizeOf(folder: RelPath, back: ReadonlySet<RelPath>): TrashSize {
    const { store, ledger } = this.#parts;
    let [files, bytes] = [0, 0];
    for (const { path, shown } of store.removals.within(folder)) {
      if (isFolderPath(path) || back.has(path.slice(folder.length))) continue;
      files++;
      bytes += shown?.size ?? ledger.get(path)?.size ?? 0;
    }
    return { files, bytes };
  }

  /** Tells of everything that went with a folder. Returns a reader of the paths, of which there may be very many. */
  #tell(
    { removal: { path, reason }, attempted, isEmptied }: Leaving,
    back: ReadonlySet<RelPath>,
  ): () => Generator<RelPath, void> {
    const { store, outcomes, tally } = this.#parts;
    const stays = new Set([...back].flatMap((each) => foldersOf(path + each)));
    const gone = function* (): Generator<RelPath, void> {
      for (const each of isEmptied ? [] : store.removals.within(path))
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
    const { store, tally, gate, tasks } = this.#parts;
    let batch: Removal[] = [];
    const work = async (): Promise<void> => {
      const [folders, files] = [batch.filter(isFolder), batch.filter((each) => !isFolder(each))];
      batch = [];
      await Promise.all([...this.#removeFiles(files), ...folders.map((each) => this.remove(each))]);
    };
    for (const each of store.removals.within(folder)) {
      if (tasks.stopped) return;
      if (parentOf(each.path) !== folder) continue;
      batch.push(each);
      if (batch.length >= gate.lanes) await work();
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
    const { remote, journal, ledger, learnt, outcomes, tally } = this.#parts;
    const { path: folder, reason } = removal;
    const attempted = outcomes.begin('remove', folder, reason);
    if (!learnt.refusesFolderMoves) {
      const inside = await remote.listNow(remote.root + folder);
      if (inside === undefined) return;
      if (inside.length > 0) return tally.problem(folder, kept([]));
      return this.#removeWhole({ removal, attempted, isEmptied: true });
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

const isFolder = ({ path }: Removal): boolean => isFolderPath(path);

const kept = (strangers: readonly Deviation[]): Problem => {
  const [first] = strangers;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  return {
    code: 'folder_kept',
    severity: 'warning',
    message: `not removed, for it holds what this run was not to remove: ${first === undefined ? 'something' : first.path || 'something that cannot be listed'}${more} (excluded, put there by others, or changed since it was listed)`,
  };
};
