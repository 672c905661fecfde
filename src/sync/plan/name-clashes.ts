import type { RelPath } from '../../model/path.ts';

/** What becomes of a file whose name a folder may want too. */
export type FileFate =
  /** It is to be put on Stage, and nothing of its name is there. */
  | 'arrives'
  /** It is on Stage and stays there. */
  | 'stays'
  /** It is on Stage, and leaves its name only by a move. */
  | 'may_move';

/**
 * Notices, while the merge passes by, a file and a folder that want one name. In path order a folder comes after the
 * file of its name, with nothing in between but names that begin with it: what has to be remembered is a short stack.
 */
export class NameClashes {
  readonly #files: { readonly path: RelPath; readonly fate: FileFate }[] = [];
  #closed: RelPath | undefined;

  /** Forgets what `path` can no longer clash with. */
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

  /** `folder` cannot be made, so nothing can come to be below it. */
  close(folder: RelPath): void {
    this.#closed = folder;
  }

  isClosed(path: RelPath): boolean {
    return this.#closed !== undefined && path.startsWith(this.#closed);
  }
}
