import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';

/** What a run learns about its Stage while it works, kept for all its rounds. */
export class Learnt {
  /** A file put onto another is refused. */
  refusesOverwrite = false;
  /** Folders cannot be moved: a refusal is not tried again. */
  refusesFolderMoves = false;
  /** A folder is only deleted when it is empty. */
  refusesFullFolders = false;
  /** Folders that turned out to hold more, or something else, than the plan knew: they do not move as wholes. */
  readonly #mixed: RelPath[] = [];
  readonly #staying = new Set<RelPath>();
  #again = false;
  /** Whoever finds something undone now has to tell it as a failure. */
  isLastRound = false;

  mayMove(folder: RelPath): boolean {
    const isMixed = this.#mixed.some((each) => each.startsWith(folder) || folder.startsWith(each));
    return !this.refusesFolderMoves && !isMixed;
  }

  /** Folders cannot be moved on this Stage; told once. */
  refuseFolderMoves(tell: (problem: Problem) => void, error: unknown): void {
    if (this.refusesFolderMoves) return;
    this.refusesFolderMoves = true;
    tell({
      code: 'folder_moves_refused',
      severity: 'warning',
      message: `this Stage does not move folders (${isSyncError(error) && error.details['status'] !== undefined ? `status ${error.details['status']}` : messageOf(error)}), so their files are moved or removed one by one`,
    });
  }

  isMixed(folder: RelPath): void {
    if (this.mayMove(folder)) this.#mixed.push(folder);
    this.#again = true;
  }

  /** A folder that was to go for a file of its name holds what others put there, which no listing of the plan showed. */
  folderStays(folder: RelPath): void {
    this.#staying.add(folder);
    this.#again = true;
  }

  isStaying(folder: RelPath): boolean {
    return this.#staying.has(folder);
  }

  /** Something was left undone that another look at both ends can plan better. */
  lookAgain(): void {
    this.#again = true;
  }

  /** The rest of the plan rests on what did not happen: it is left to the next round, or run. */
  get cutsShort(): boolean {
    return this.#again;
  }

  /** Whether another look is wanted since the last call. */
  takeAgain(): boolean {
    const again = this.#again;
    this.#again = false;
    return again;
  }
}
