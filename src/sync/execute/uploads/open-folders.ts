import { isWithin, parentOf } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';

/**
 * Finds out when the last upload into a folder has ended, while whoever hands out the uploads goes from path to path.
 * In path order everything below a folder is one stretch: once that is passed, no more comes. Memory is that of the
 * folders on the way down and of those with uploads under way.
 */
export class OpenFolders {
  readonly #onDone: (folder: RelPath) => void;
  /** Folders that uploads were handed out for, and that may get more: each lies in the one before it. */
  readonly #way: RelPath[] = [];
  /** The number of uploads that are under way, or wait for their turn. */
  readonly #uploads = new Map<RelPath, number>();
  /** Folders that get no more uploads, and have some under way. */
  readonly #passed = new Set<RelPath>();

  /** `onDone`: called when the last upload into a folder has ended, whatever became of it. */
  constructor(onDone: (folder: RelPath) => void) {
    this.#onDone = onDone;
  }

  begin(folder: RelPath): void {
    this.#uploads.set(folder, (this.#uploads.get(folder) ?? 0) + 1);
  }

  end(folder: RelPath): void {
    const left = (this.#uploads.get(folder) ?? 1) - 1;
    if (left > 0) {
      this.#uploads.set(folder, left);
      return;
    }
    this.#uploads.delete(folder);
    if (this.#passed.delete(folder)) this.#onDone(folder);
  }

  /** The upload of `path` is handed out next. */
  reached(path: RelPath): void {
    this.passed(path);
    const folder = parentOf(path);
    if (this.#way.at(-1) !== folder) this.#way.push(folder);
  }

  /** Nothing is handed out any more that comes before `path`. */
  passed(path: RelPath): void {
    for (let top = this.#way.at(-1); top !== undefined && !isWithin(path, top); top = this.#way.at(-1))
      this.#leave(this.#way.pop()!);
  }

  /** Nothing more is handed out. */
  passedAll(): void {
    for (const folder of this.#way.splice(0).toReversed()) this.#leave(folder);
  }

  #leave(folder: RelPath): void {
    if (this.#uploads.has(folder)) this.#passed.add(folder);
    else this.#onDone(folder);
  }
}
