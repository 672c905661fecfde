import type { RelPath } from '../../model/path.ts';

/** Folders whose files changed while a pass works: whoever hears of changes adds them, and the pass takes them. */
export class ChangedFolders {
  #folders = new Set<RelPath>();
  #wake: (() => void) | undefined;
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  add(folders: Iterable<RelPath>): void {
    for (const folder of folders) this.#folders.add(folder);
    if (this.#folders.size > 0) this.#wake?.();
  }

  /** Resolves with those that came since the last call, one at least; undefined once closed. */
  async take(): Promise<ReadonlySet<RelPath> | undefined> {
    while (!this.#closed && this.#folders.size === 0)
      await new Promise<void>((resolve) => (this.#wake = resolve));
    if (this.#closed) return undefined;
    const taken = this.#folders;
    this.#folders = new Set();
    return taken;
  }

  /** The pass takes no more. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }
}
