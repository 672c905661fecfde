import type { RelPath } from '../model/path.ts';

/** A folder with all that is below it; '' is the place itself. */
export interface FolderSum {
  readonly path: RelPath;
  readonly files: number;
  /** Bytes. */
  readonly size: number;
}

type Entry =
  | { readonly kind: 'file'; readonly path: RelPath; readonly size: number }
  | { readonly kind: 'folder'; readonly path: RelPath };

/**
 * Adds up a listing that comes in path order, with every folder before what is in it. Memory is that of the folders on the
 * way down.
 */
export class FolderSums {
  readonly #depth: number;
  readonly #open: { path: RelPath; files: number; size: number }[] = [{ path: '', files: 0, size: 0 }];

  /** Folders that lie deeper are not given. 0: the place itself alone. */
  constructor(depth: number) {
    this.#depth = depth;
  }

  /** Takes the next entry; gives the folders that have ended before it. */
  add(entry: Entry): FolderSum[] {
    const ended: FolderSum[] = [];
    while (!entry.path.startsWith(this.#open.at(-1)!.path)) this.#end(ended);
    const { path } = entry;
    if (entry.kind === 'folder') this.#open.push({ path, files: 0, size: 0 });
    else {
      const folder = this.#open.at(-1)!;
      folder.files++;
      folder.size += entry.size;
    }
    return ended;
  }

  /** The folders that end with the listing, the place itself last. */
  end(): FolderSum[] {
    const ended: FolderSum[] = [];
    while (this.#open.length > 0) this.#end(ended);
    return ended;
  }

  #end(ended: FolderSum[]): void {
    const depth = this.#open.length - 1;
    const folder = this.#open.pop()!;
    const parent = this.#open.at(-1);
    if (parent !== undefined) {
      parent.files += folder.files;
      parent.size += folder.size;
    }
    if (depth <= this.#depth) ended.push(folder);
  }
}
