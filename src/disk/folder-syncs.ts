import type { Disk } from './disk.ts';
import { errnoOf } from './system-errors.ts';

/** Errors of a file system that does not flush folders, or of a system that opens none. */
const NO_SYNCS: ReadonlySet<string> = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EPERM',
  'EACCES',
  'EISDIR',
  'EBADF',
]);

interface Syncing {
  readonly running: Promise<void>;
  /** Begins once the running one has ended: it covers what changed meanwhile. */
  next: Promise<void> | undefined;
}

/**
 * Flushes folders to the disk, so that names given in them outlast a crash of the machine. Of the changes that come to a folder
 * while it is being flushed, all wait for one flush more.
 */
export class FolderSyncs {
  readonly #disk: Pick<Disk, 'openLater'>;
  readonly #folders = new Map<string, Syncing>();

  constructor(disk: Pick<Disk, 'openLater'>) {
    this.#disk = disk;
  }

  /**
   * Resolves once all changes made to the folder before this call are on the disk, as far as the file system does that. `place`
   * leads to the folder until then; `folder` is one name for it, whatever place leads there. Rejects with the system's error.
   */
  sync(folder: string, place: string): Promise<void> {
    const syncing = this.#folders.get(folder);
    if (syncing === undefined) return this.#begin(folder, place);
    return (syncing.next ??= syncing.running.then(
      () => this.#begin(folder, place),
      () => this.#begin(folder, place),
    ));
  }

  #begin(folder: string, place: string): Promise<void> {
    const syncing: Syncing = { running: this.#flush(place), next: undefined };
    this.#folders.set(folder, syncing);
    const ended = (): void => {
      if (syncing.next === undefined) this.#folders.delete(folder);
    };
    syncing.running.then(ended, ended);
    return syncing.running;
  }

  async #flush(place: string): Promise<void> {
    try {
      await using handle = await this.#disk.openLater(place, { followLink: true });
      await handle.sync();
    } catch (error) {
      if (!NO_SYNCS.has(errnoOf(error))) throw error;
    }
  }
}
