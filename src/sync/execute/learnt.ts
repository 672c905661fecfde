import type { DestinationWords } from '../../model/destination-words.ts';
import type { Problem } from '../../model/entry.ts';
import { isSyncError, messageOf } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';

export interface TellOptions {
  /** What sentences call the destination. */
  readonly words: DestinationWords;
  readonly tell: (problem: Problem) => void;
}

/** What a run learns about its destination while it works, kept for all its rounds. */
export class Learnt {
  /** The destination refuses an upload onto a file. */
  refusesOverwrite = false;
  /** The destination refuses to move folders, which is not tried again. */
  refusesFolderMoves = false;
  /** The destination deletes a folder only when it is empty. */
  refusesFullFolders = false;
  /** Folders that turned out to hold more than the plan knew, or something else: they do not move as wholes. */
  readonly #mixed: RelPath[] = [];
  readonly #staying = new Set<RelPath>();
  #again = false;
  /** No round follows this one: what is left undone is told as a failure. */
  isLastRound = false;
  /** Each round lists all of the destination; false where the ledger is believed, or some folders alone are compared. */
  listsEverything = false;

  mayMove(folder: RelPath): boolean {
    const isMixed = this.#mixed.some((each) => each.startsWith(folder) || folder.startsWith(each));
    return !this.refusesFolderMoves && !isMixed;
  }

  /** Notes that the destination does not move folders, and tells it once. */
  refuseFolderMoves(error: unknown, { words, tell }: TellOptions): void {
    if (this.refusesFolderMoves) return;
    this.refusesFolderMoves = true;
    tell({
      code: 'folder_moves_refused',
      severity: 'warning',
      message: `${words.this} does not move folders (${isSyncError(error) && error.details['status'] !== undefined ? `status ${error.details['status']}` : messageOf(error)}), so their files are moved or removed one by one`,
    });
  }

  isMixed(folder: RelPath): void {
    if (this.mayMove(folder)) this.#mixed.push(folder);
    this.#again = true;
  }

  /**
   * Notes that a folder, which was to make room for a file of its name, holds files of others that no listing had
   * shown.
   */
  folderStays(folder: RelPath): void {
    this.#staying.add(folder);
    this.#again = true;
  }

  isStaying(folder: RelPath): boolean {
    return this.#staying.has(folder);
  }

  /** Asks for another look at both ends: something was left undone that a new plan can do better. */
  lookAgain(): void {
    this.#again = true;
  }

  /** Asks for another look as `lookAgain` does, where that look shows every file. False: no round of this run does. */
  lookAtEverythingAgain(): boolean {
    if (this.isLastRound || !this.listsEverything) return false;
    this.#again = true;
    return true;
  }

  /** Whether the rest of the plan is left to the next round, or run, because it needs something that did not happen. */
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
