import { byName, type ChildrenByName } from '../../model/children.ts';
import type { DestinationChild, Problem } from '../../model/entry.ts';
import { hasFact, isSyncError } from '../../model/errors.ts';
import { nameOf, parentOf, type RelPath } from '../../model/path.ts';
import type { Check } from '../../remote/remote.ts';
import { attempt, type FileParts } from '../file-changes.ts';
import { goOnMoving } from '../naming/next-command.ts';
import { thingNamed } from '../naming/named-things.ts';
import { EmptiedFolders } from '../remove/emptied-folders.ts';
import { moveFile } from './file-moves.ts';
import { isProblem, judgeMove, type MoveOptions, type Occupant, type PlannedMove } from './move-plan.ts';

/**
 * Moves folders: as a whole, by one request, or, where the destination refuses that or a folder of the new name is there,
 * name by name. Nothing that is there is replaced unless that was asked for.
 */
export class FolderMoves {
  readonly #parts: FileParts;
  readonly #options: MoveOptions;
  readonly #emptied: EmptiedFolders;

  constructor(parts: FileParts, options: MoveOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#emptied = new EmptiedFolders(parts);
  }

  async move({ from, to, joins }: PlannedMove): Promise<void> {
    if (joins === true) return this.#moveInto(from, to);
    if (this.#parts.learnt.refusesFolderMoves) return this.#moveIntoNew(from, to);
    if (await this.#moveWhole(from, to)) return;
    this.#parts.tally.problem(from, oneByOne(goOnMoving(this.#parts.remote, from, to)));
    await this.#moveIntoNew(from, to);
  }

  /** Resolves with false where the destination does not move folders. What else keeps it from moving is told. */
  async #moveWhole(from: RelPath, to: RelPath): Promise<boolean> {
    const { remote, tally, tasks, learnt } = this.#parts;
    try {
      const end = await remote.move(from, to, { begins: true, check: this.#checkTarget(from, to) });
      if (end === 'done') tally.changed({ kind: 'move', path: from, to });
      return true;
    } catch (error) {
      if (tasks.notBegun(error) || !isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt)
        throw error;
      // somebody may have taken the name, or the folder; otherwise the destination does not move folders at all
      if ((await remote.list(from)) === undefined) {
        tally.problem(from, GONE);
        return true;
      }
      if (hasFact(error, 'taken') || thingNamed(await remote.list(parentOf(to)), to) !== undefined) {
        tally.problem(from, cameMeanwhile(to));
        return true;
      }
      learnt.refuseFolderMoves(error, { words: remote.words, tell: (problem) => tally.problem('', problem) });
      return false;
    }
  }

  /** Looks in the turn of the request whether the new name is free. */
  #checkTarget(from: RelPath, to: RelPath): Check {
    const { remote, tally } = this.#parts;
    return async (_, inDoubt) => {
      const siblings = byName((await remote.listNow(parentOf(to))) ?? []);
      const there = siblings.named(nameOf(to));
      if (there.length === 0) return 'go';
      const isFolder = there.some(({ kind }) => kind === 'folder');
      // an attempt whose reply was lost may have made the move
      if (inDoubt && isFolder && (await remote.listNow(from)) === undefined) return 'done';
      tally.problem(from, cameMeanwhile(to));
      return 'kept';
    };
  }

  async #moveIntoNew(from: RelPath, to: RelPath): Promise<void> {
    await this.#parts.remote.makeFolder(to);
    await this.#moveInto(from, to);
  }

  /** Moves all that is in a folder into another one, and removes the folder where nothing is left in it. */
  async #moveInto(from: RelPath, to: RelPath): Promise<void> {
    const { remote, gate, tally, tasks } = this.#parts;
    const children = await remote.list(from);
    if (children === undefined) return tally.problem(from, GONE);
    const there = byName((await remote.list(to)) ?? []);
    let batch: Promise<void>[] = [];
    for (const child of children) {
      if (tasks.stopped) break;
      batch.push(attempt(this.#parts, from + child.name, () => this.#moveChild(child, { from, to, there })));
      if (batch.length < gate.lanes * 2) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
    if (tasks.stopped) return tally.problem(from, stoppedHalfway(goOnMoving(this.#parts.remote, from, to)));
    if ((await this.#emptied.remove(from)) === 'kept')
      tally.problem(from, stays(goOnMoving(this.#parts.remote, from, to)));
  }

  async #moveChild(
    child: DestinationChild,
    { from, to, there }: { readonly from: RelPath; readonly to: RelPath; readonly there: ChildrenByName },
  ): Promise<void> {
    const { tally } = this.#parts;
    const { name } = child;
    if (child.kind === 'unknown')
      return tally.problem(from + name, { ...child.problem, severity: 'failure' });
    const end = child.kind === 'folder' ? '/' : '';
    const shown = child.kind === 'file' ? child : undefined;
    const move = { from: from + name + end, to: to + name + end, shown };
    // two folders that are joined are joined at every depth
    const judged = judgeMove(move, occupantOf(there, name), { ...this.#options, merge: true });
    if (isProblem(judged)) return tally.problem(move.from, judged);
    await (child.kind === 'folder' ? this.move(judged) : moveFile(this.#parts, judged));
  }
}

/** What has a name in a listed folder. */
export function occupantOf(children: ChildrenByName, name: string): Occupant {
  const found = children.named(name);
  const unclear = found.find((child) => child.kind === 'unknown');
  if (unclear?.kind === 'unknown') return { kind: 'unclear', problem: unclear.problem };
  const file = found.find(({ kind }) => kind === 'file');
  if (file?.kind === 'file') return { kind: 'file', shown: file };
  return found.length === 0 ? undefined : { kind: 'folder' };
}

const GONE: Problem = {
  code: 'vanished',
  severity: 'failure',
  message: 'was gone when its turn came: someone else removed or moved it',
};

const cameMeanwhile = (to: RelPath): Problem => ({
  code: 'found_there',
  severity: 'failure',
  message: `is not moved: others put ${to} there since it was looked at`,
});

const oneByOne = (goOn: string): Problem => ({
  code: 'folder_moves_refused',
  severity: 'warning',
  message: `moves name by name; where that is cut off, ${goOn}`,
});

const stoppedHalfway = (goOn: string): Problem => ({
  code: 'interrupted',
  severity: 'failure',
  message: `was stopped halfway, and holds what has not moved yet; ${goOn}`,
});

const stays = (goOn: string): Problem => ({
  code: 'folder_kept',
  severity: 'failure',
  message: `stays with what has not moved, or came meanwhile; ${goOn}`,
});
