import type { Problem } from '../../model/entry.ts';
import { hasFact, isSyncError } from '../../model/errors.ts';
import { foldersOf, type RelPath } from '../../model/path.ts';
import { compareFolder, type Deviation } from '../../sync/execute/looks/compare-folder.ts';
import { nothingThere } from '../../sync/execute/looks/look-after-move.ts';
import { putBack, putBackFolder, removeAllBut } from '../../sync/execute/moves/put-back.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { EmptiedFolders } from './emptied-folders.ts';
import { isPlannedFolder, type PlannedFile, type PlannedFolder, type RemovalPlan } from './removal-plan.ts';
import { moveAside, tellLeft, whileAside } from './while-aside.ts';

/** How long what was seen of a folder counts, in milliseconds: after that it is looked at once more before it goes. */
const FRESH_MS = 5000;

/**
 * Removes folders with all that was seen in them. The one request for that would also destroy what came since. So the folder
 * is moved to a name that only this run knows, looked at there, and then deleted; what came since goes back. Where something
 * in a folder is known to be otherwise, the folder stays, and what is as it was seen goes one by one.
 */
export class FolderRemovals {
  readonly #parts: FileParts;
  readonly #plan: RemovalPlan;
  readonly #removeFile: (file: PlannedFile) => Promise<void>;
  readonly #emptied: EmptiedFolders;

  constructor(parts: FileParts, plan: RemovalPlan, doRemoveFile: (file: PlannedFile) => Promise<void>) {
    this.#parts = parts;
    this.#plan = plan;
    this.#removeFile = doRemoveFile;
    this.#emptied = new EmptiedFolders(parts);
  }

  remove(folder: PlannedFolder): Promise<void> {
    const { clock, learnt, tally } = this.#parts;
    return attempt(this.#parts, folder.path, async () => {
      if (learnt.refusesFolderMoves) return this.#takeApart(folder, []);
      if (clock.elapsed() - folder.seenAtMs < FRESH_MS) return this.#removeWhole(folder);
      const found = await this.#look(folder, folder.path);
      if (found === undefined) return tally.problem(folder.path, GONE);
      if (found.length === 0) return this.#removeWhole(folder);
      // an entry may be missing in the listing alone, and then others may be missing in it too
      const strangers = found.filter(({ kind }) => kind !== 'missing');
      return this.#takeApart(folder, strangers);
    });
  }

  /** Where a folder, now at `place`, is not as it was seen; undefined where there is none. */
  async #look(folder: PlannedFolder, place: RelPath): Promise<readonly Deviation[] | undefined> {
    const { remote, gate, times } = this.#parts;
    const moved = place === folder.path ? undefined : times;
    const expected = this.#plan.contentOf(folder);
    return (await compareFolder({ remote, gate, folder: place, expected, moved }))?.deviations;
  }

  async #removeWhole(folder: PlannedFolder): Promise<void> {
    const { path } = folder;
    const via = this.#parts.hidden.next('gone', path);
    if (await this.#moveOut(folder, via))
      await whileAside(this.#parts, { path, via }, () => this.#delete(folder, via));
  }

  /** Resolves with false where the folder has not gone to its hidden name, and all that can be done has been. */
  async #moveOut(folder: PlannedFolder, via: RelPath): Promise<boolean> {
    const { remote, learnt, tally, tasks } = this.#parts;
    try {
      await moveAside(this.#parts, { path: folder.path, via });
      return true;
    } catch (error) {
      if (tasks.notBegun(error) || !isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt)
        throw error;
      if (hasFact(error, 'missing')) {
        tally.problem(folder.path, GONE);
        return false;
      }
      learnt.refuseFolderMoves(error, { words: remote.words, tell: (problem) => tally.problem('', problem) });
    }
    await this.#takeApart(folder, []);
    return false;
  }

  /** Looks at a folder that waits under a hidden name, puts back what came since it was seen, and deletes the rest. */
  async #delete(folder: PlannedFolder, via: RelPath): Promise<void> {
    const { remote, learnt, tally } = this.#parts;
    const { path } = folder;
    const found = await this.#look(folder, via);
    if (found === undefined) throw nothingThere(path, via, remote.words);
    if (found.some(({ kind }) => kind === 'unclear' || kind === 'missing')) {
      // what cannot be read, or is not read in full, is not deleted: all of it goes back
      tellLeft(this.#parts, { path, via }, (await putBackFolder(remote, via, path))?.left);
      return tally.problem(path, keptWhole(found));
    }
    const back = found.map((each) => each.path);
    const stayed = back.length > 0 ? await putBack(remote, via, path, back) : [];
    await removeAllBut(stayed, { remote, folder: via, learnt });
    tellLeft(this.#parts, { path, via }, stayed);
    this.#tell(folder, found);
  }

  /** Tells of what went with a folder; `stayed`: where it was not as it was seen. */
  #tell(folder: PlannedFolder, stayed: readonly Deviation[]): void {
    const { tally } = this.#parts;
    const { path } = folder;
    const seen = this.#plan.totalsOf(folder);
    const changed = new Set(stayed.filter(({ kind }) => kind === 'changed').map((each) => each.path));
    let { files, bytes } = seen;
    if (changed.size > 0)
      for (const batch of this.#plan.contentOf(folder))
        for (const { path: below, shown } of batch)
          if (changed.has(below)) [files, bytes] = [files - 1, bytes - shown!.size];
    const kept = new Set(stayed.flatMap((each) => foldersOf(path + each.path))).size;
    tally.changed({ kind: 'remove', path, files, bytes }, { folders: Math.max(0, seen.folders - kept) });
    if (stayed.length > 0) tally.problem(path, keptFor(stayed));
  }

  /** Removes what is as it was seen one by one, and the folder itself where nothing else is in it. */
  async #takeApart(folder: PlannedFolder, strangers: readonly Deviation[]): Promise<void> {
    const { gate, tally, tasks } = this.#parts;
    let batch: (PlannedFile | PlannedFolder)[] = [];
    const work = async (): Promise<void> => {
      const units = batch;
      batch = [];
      await Promise.all(
        units.map((unit) => (isPlannedFolder(unit) ? this.remove(unit) : this.#removeFile(unit))),
      );
    };
    for (const unit of this.#plan.childrenOf(folder)) {
      if (tasks.stopped) return;
      batch.push(unit);
      if (batch.length >= gate.lanes) await work();
    }
    await work();
    if (tasks.stopped) return;
    if (strangers.length > 0) return tally.problem(folder.path, keptFor(strangers));
    const end = await this.#emptied.remove(folder.path);
    if (end === 'kept') tally.problem(folder.path, keptFor([]));
    else if (end === 'done')
      tally.changed({ kind: 'remove', path: folder.path, files: 0, bytes: 0 }, { folders: 1 });
  }
}

const GONE: Problem = {
  code: 'vanished',
  severity: 'warning',
  message: 'was gone already when its turn came: someone else removed or moved it',
};

function keptFor(strangers: readonly Deviation[]): Problem {
  const [first] = strangers;
  const more = strangers.length > 1 ? ` and ${strangers.length - 1} more` : '';
  const what = first === undefined ? 'something' : first.path || 'something that cannot be listed';
  return {
    code: 'folder_kept',
    severity: 'failure',
    message: `the folder stays, for others put or changed ${what}${more} since it was looked at; what was seen before is removed`,
  };
}

function keptWhole(found: readonly Deviation[]): Problem {
  const odd = found.find(({ kind }) => kind === 'unclear' || kind === 'missing')!;
  const why =
    odd.kind === 'missing'
      ? `${odd.path} was in it before, and the last listing did not show it`
      : `${odd.path || 'what is in it'} cannot be listed`;
  return {
    code: 'folder_kept',
    severity: 'failure',
    message: `kept with all that is in it: ${why}; run the command again`,
  };
}
