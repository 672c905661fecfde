import type { ChildrenByName } from '../../model/children.ts';
import type { RelPath } from '../../model/path.ts';

/** A folder as a listing showed it. */
export interface SeenFolder {
  readonly folder: RelPath;
  readonly shown: ChildrenByName;
  /** How many children the listing has. */
  readonly size: number;
}

/** How long a listing waits, at most, for others to share a commit with, in milliseconds. */
const AT_MOST_MS = 200;
const AT_MOST_FOLDERS = 16;
/** Their children are in memory as long as they wait. */
const AT_MOST_CHILDREN = 4000;

/**
 * Has listings of folders written down, several in one commit: each commit also writes the outcomes so far of all folders
 * that get files meanwhile, and with one commit a folder their pages would be written again and again.
 */
export class SeenFolders {
  readonly #write: (folders: readonly SeenFolder[]) => void;
  #waiting: { readonly seen: SeenFolder; readonly settle: PromiseWithResolvers<void> }[] = [];
  #children = 0;
  #timer: NodeJS.Timeout | undefined;
  #hurries = false;

  constructor(write: (folders: readonly SeenFolder[]) => void) {
    this.#write = write;
  }

  /** From now on no listing waits for others. */
  set hurries(hurries: boolean) {
    this.#hurries = hurries;
    if (hurries) this.#writeAll();
  }

  /** Resolves once it is written down; rejects as `write` does. */
  add(seen: SeenFolder): Promise<void> {
    const settle = Promise.withResolvers<void>();
    this.#waiting.push({ seen, settle });
    this.#children += seen.size;
    const isMuch = this.#waiting.length >= AT_MOST_FOLDERS || this.#children >= AT_MOST_CHILDREN;
    if (this.#hurries || isMuch) this.#writeAll();
    else this.#timer ??= setTimeout(() => this.#writeAll(), AT_MOST_MS);
    return settle.promise;
  }

  #writeAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#children = 0;
    if (waiting.length === 0) return;
    try {
      this.#write(waiting.map(({ seen }) => seen));
      for (const { settle } of waiting) settle.resolve();
    } catch (error) {
      for (const { settle } of waiting) settle.reject(error);
    }
  }
}
