import type { RelPath } from '../../model/path.ts';
import type { Clock } from '../../model/ports.ts';
import { ChangedFolders } from '../overtaking/changed-folders.ts';
import { Sleeper } from './sleeper.ts';

export interface ChangesMeanwhileOptions {
  readonly clock: Clock;
  /** How long a folder waits for other changes, and for files in it to settle, in milliseconds. */
  readonly batchMs: number;
  /** Aborted by a stop. */
  readonly until: AbortSignal;
}

/** When a folder was hinted at, as `Clock.elapsed` tells it. */
interface Heard {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Where more folders change at a time than this, it is no small change: reading them again would only slow down the pass. */
const MOST_FOLDERS = 256;
/** More folders are not kept in mind; the agenda has them. */
const MOST_HEARD = 10_000;

/**
 * Offers the folders of hints that come during a pass to that pass, once the files in them have settled. The agenda has the
 * same folders for the pass that follows: an offer only makes it sooner.
 */
export class ChangesMeanwhile {
  readonly #options: ChangesMeanwhileOptions;
  readonly #sleeper: Sleeper;
  readonly #heard = new Map<RelPath, Heard>();

  constructor(options: ChangesMeanwhileOptions) {
    this.#options = options;
    this.#sleeper = new Sleeper(options.clock, options.until);
  }

  hint(folders: readonly RelPath[]): void {
    const now = this.#options.clock.elapsed();
    const wasEmpty = this.#heard.size === 0;
    for (const folder of folders) {
      const firstMs = this.#heard.get(folder)?.firstMs ?? now;
      if (this.#heard.size < MOST_HEARD || this.#heard.has(folder))
        this.#heard.set(folder, { firstMs, lastMs: now });
    }
    // what was heard before is due sooner, and its time is waited for already
    if (wasEmpty) this.#sleeper.wake();
  }

  /** Does the work of a pass over `folders` (undefined: everything), which begins with them as they are now. */
  async during<T>(
    folders: ReadonlySet<RelPath> | undefined,
    pass: (changed: ChangedFolders) => Promise<T>,
  ): Promise<T> {
    if (folders === undefined) this.#heard.clear();
    else for (const folder of folders) this.#heard.delete(folder);
    const changed = new ChangedFolders();
    const offering = this.#offer(changed);
    try {
      return await pass(changed);
    } finally {
      changed.close();
      this.#sleeper.wake();
      await offering;
    }
  }

  async #offer(changed: ChangedFolders): Promise<void> {
    const { clock, until } = this.#options;
    while (!changed.isClosed && !until.aborted) {
      const now = clock.elapsed();
      changed.add(this.#takeDue(now));
      await this.#sleeper.sleepUntilWoken(this.#nextDueMs - now);
    }
  }

  get #nextDueMs(): number {
    let next = Infinity;
    for (const { firstMs } of this.#heard.values()) next = Math.min(next, firstMs + this.#options.batchMs);
    return next;
  }

  #takeDue(now: number): RelPath[] {
    const due: RelPath[] = [];
    // they become due one by one, so those that are not due yet count as well
    const isSmall = this.#heard.size <= MOST_FOLDERS;
    for (const [folder, { firstMs, lastMs }] of this.#heard) {
      if (firstMs + this.#options.batchMs > now) continue;
      due.push(folder);
      // what changed again since has to settle in its turn
      if (lastMs > firstMs) this.#heard.set(folder, { firstMs: lastMs, lastMs });
      else this.#heard.delete(folder);
    }
    return isSmall ? due : [];
  }
}
