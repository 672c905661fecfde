import { SyncError } from '../../model/errors.ts';
import { parentOf, type RelPath } from '../../model/path.ts';
import { printable } from '../../model/printable.ts';
import type { RetryingDestination } from '../../remote/retrying-destination.ts';
import type { TargetLooks } from './target-looks.ts';

/**
 * Makes the folders that files are copied into, each once, parents first. Memory holds only those that are being made, and
 * those that could not be.
 */
export class TargetFolders {
  readonly #destination: RetryingDestination;
  readonly #looks: TargetLooks;
  readonly #signal: AbortSignal;
  readonly #making = new Map<RelPath, Promise<boolean>>();

  constructor(destination: RetryingDestination, looks: TargetLooks, signal: AbortSignal) {
    this.#destination = destination;
    this.#looks = looks;
    this.#signal = signal;
  }

  /** Resolves when there is such a folder, with whether it was made for this call or another one that waits. */
  async ready(folder: RelPath): Promise<boolean> {
    if (folder === '') return false;
    const under = this.#making.get(folder);
    if (under !== undefined) return under;
    const made = this.#make(folder);
    this.#making.set(folder, made);
    // whoever waits sees a failure
    made.then(
      () => this.#making.delete(folder),
      () => undefined,
    );
    return made;
  }

  /** Makes the folder and those above it again, for somebody removed one meanwhile. */
  async restore(folder: RelPath): Promise<void> {
    this.#looks.forget();
    for (let at = folder; at !== ''; at = parentOf(at)) this.#making.delete(at);
    await this.ready(folder);
  }

  async #make(folder: RelPath): Promise<boolean> {
    if (await this.#looks.hasFolder(folder)) return false;
    await this.ready(parentOf(folder));
    const name = folder.slice(0, -1);
    if ((await this.#looks.at(name)).kind === 'file') throw isFile(name);
    await this.#destination.makeFolder(folder, { signal: this.#signal, begins: true });
    this.#looks.made(folder);
    return true;
  }
}

const isFile = (path: RelPath): SyncError =>
  new SyncError(
    'destination_taken',
    `the folder ${printable(path)}/ cannot be made: a file has its name; name another DEST, or move the file away`,
    {
      verdict: 'skip_entry',
      fact: 'taken',
      operation: 'create_folder',
    },
  );
