import type { RelPath } from '../../model/path.ts';

/** What becomes of a file whose name a folder may want too. */
export type FileFate =
  /** The file is to come, and nothing of its name is at the destination. */
  | 'arrives'
  /** The file is at the destination and stays there. */
  | 'stays'
  /** The file is at the destination, and leaves its name only by a move. */
  | 'may_move';

/**
 * Finds, while the merge goes from path to path, a file and a folder that want the same name. In path order a folder
 * comes after the file of its name, and all names in between begin with that name: a short stack remembers enough.
 * Pure: keeps and changes nothing but that stack.
 */
export class NameClashes {
  readonly #files: { readonly path: RelPath; readonly fate: FileFate }[] = [];
  #closed: RelPath | undefined;

  /** Forgets the files that neither `path` nor a later path can clash with. */
  leave(path: RelPath): void {
    for (
      let top = this.#files.at(-1);
      top !== undefined && !path.startsWith(top.path);
      top = this.#files.at(-1)
    )
      this.#files.pop();
    if (this.#closed !== undefined && !path.startsWith(this.#closed)) this.#closed = undefined;
  }

  file(path: RelPath, fate: FileFate): void {
    this.#files.push({ path, fate });
  }

  /** The fate of the file that has the name of `folder`. */
  at(folder: RelPath): FileFate | undefined {
    return this.#files.find(({ path }) => path.length === folder.length - 1 && folder.startsWith(path))?.fate;
  }

  /** `folder` cannot be created, so that nothing can come below it. */
  close(folder: RelPath): void {
    this.#closed = folder;
  }

  isClosed(path: RelPath): boolean {
    return this.#closed !== undefined && path.startsWith(this.#closed);
  }
}
