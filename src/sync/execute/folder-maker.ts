import { foldersOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderBefore } from '../../model/ports.ts';
import type { Remote } from '../../remote/remote.ts';

/**
 * Creates folders, each once, parents first and siblings at the same time. Whoever needs a folder waits for `ready`; a
 * folder that was never made here exists already. Paths are relative to the target folder.
 */
export class FolderMaker {
  readonly #remote: Remote;
  /** The target folder and the folders above it that are missing; full paths, outermost first. */
  readonly #missingRoots: readonly RelPath[];
  readonly #making = new Map<RelPath, Promise<FolderBefore>>();
  #root: Promise<void> | undefined;

  constructor(remote: Remote, missingRoots: readonly RelPath[]) {
    this.#remote = remote;
    this.#missingRoots = missingRoots;
  }

  /** Resolves when `folder` can be uploaded into; rejects when it could not be created. */
  ready(folder: RelPath): Promise<unknown> | undefined {
    return this.#making.get(folder) ?? (this.#missingRoots.length > 0 ? this.#makeRoot() : undefined);
  }

  /** `onBegin` is called right before the request, once the parent is there. */
  make(folder: RelPath, onBegin?: () => void): Promise<FolderBefore> {
    const made = this.#make(folder, onBegin);
    // whoever waits for the folder sees the failure
    made.catch(() => undefined);
    this.#making.set(folder, made);
    // a folder that exists is forgotten: memory holds only folders that are being made, and failures
    void made.then(
      () => this.#making.delete(folder),
      () => undefined,
    );
    return made;
  }

  async #make(folder: RelPath, onBegin: (() => void) | undefined): Promise<FolderBefore> {
    await this.ready(parentOf(folder));
    onBegin?.();
    const before = await this.#remote.makeFolder(this.#remote.root + folder);
    return before;
  }

  #makeRoot(): Promise<void> {
    this.#root ??= (async () => {
      for (const folder of this.#missingRoots) await this.#remote.makeFolder(folder);
    })();
    return this.#root;
  }

  /** Makes every folder above `path` again, for somebody removed one meanwhile. Making a folder that exists is no error. */
  async restore(path: RelPath): Promise<void> {
    for (const folder of foldersOf(this.#remote.root + parentOf(path))) await this.#remote.makeFolder(folder);
  }
}
