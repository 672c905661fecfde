import type { RelPath } from '../../../model/path.ts';
import type { RemoveReason } from '../../../model/plan.ts';
import type { Removal } from '../planned.ts';

/** A folder as the merge comes to it. */
export interface SeenFolder {
  readonly path: RelPath;
  readonly atDestination: boolean;
  /** The folder itself may go, for this reason; absent: it stays. */
  readonly mayGo?: RemoveReason | undefined;
  /** This tool made it. */
  readonly ours?: boolean;
  /** The source has a file of this name: the folder has to go. */
  readonly inTheWay?: boolean;
}

/** A file at the destination. */
export interface SeenFile {
  readonly goes: boolean;
  /** The file is ours, and a move may take it. */
  readonly freed: boolean;
  /** What the destination showed of it; the stamps of the files that go make up the stamp of their folder. */
  readonly stamp: number;
}

/** A folder of the destination after everything in it was seen. */
export interface ClosedFolder {
  readonly path: RelPath;
  /** Set when the folder goes, and everything in it. */
  readonly removal: Removal | undefined;
  /** The number of files in it, when everything in it is ours and freed: the folder can move as a whole. */
  readonly movableFiles: number | undefined;
  /** The source has a file of this name, and the folder does not go. */
  readonly inTheWay: boolean;
}

interface OpenFolder extends SeenFolder {
  /** Everything seen in it so far goes. */
  allGoes: boolean;
  /** Everything seen in it so far is ours and freed. */
  allFreed: boolean;
  /** Files that go, and the sum of their stamps. */
  removed: number;
  stamp: number;
  /** Files at the destination. */
  files: number;
}

const NONE: readonly ClosedFolder[] = [];

/**
 * Finds out, while the merge goes from path to path, which folders can go or move as wholes. In path order a
 * folder's subtree is one stretch, so the open folders form a stack: memory is the depth of the tree. Pure: keeps and
 * changes nothing but its own sums.
 */
export class WholeFolders {
  readonly #stack: OpenFolder[] = [];

  /** Closes every folder that `path` is not in. Returns the closed folders of the destination, innermost first. */
  leave(path: RelPath): readonly ClosedFolder[] {
    const top = this.#stack.at(-1);
    if (top === undefined || path.startsWith(top.path)) return NONE;
    return this.#closeUntil((folder) => path.startsWith(folder.path));
  }

  closeAll(): readonly ClosedFolder[] {
    return this.#closeUntil(() => false);
  }

  open(folder: SeenFolder): void {
    this.#stack.push({
      ...folder,
      allGoes: folder.mayGo !== undefined,
      allFreed: folder.ours === true,
      removed: 0,
      stamp: 0,
      files: 0,
    });
  }

  /** A file at the destination, in the innermost open folder. */
  file({ goes, freed, stamp }: SeenFile): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    top.files++;
    if (goes) {
      top.removed++;
      top.stamp = sumOf(top.stamp, stamp);
    } else top.allGoes = false;
    if (!freed) top.allFreed = false;
  }

  /** Something in the innermost open folder stays, or may be there unseen: the folder cannot be taken as a whole. */
  block(): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    top.allGoes = false;
    top.allFreed = false;
  }

  #closeUntil(isIn: (folder: OpenFolder) => boolean): ClosedFolder[] {
    const closed: ClosedFolder[] = [];
    for (let top = this.#stack.at(-1); top !== undefined && !isIn(top); top = this.#stack.at(-1)) {
      this.#stack.pop();
      // a folder that only the source has says nothing of the folder around it
      if (!top.atDestination) continue;
      closed.push(asClosed(top));
      addTo(this.#stack.at(-1), top);
    }
    return closed;
  }
}

function asClosed({ path, mayGo, inTheWay, ...sums }: OpenFolder): ClosedFolder {
  const { allGoes, allFreed, removed, stamp, files } = sums;
  return {
    path,
    removal:
      mayGo !== undefined && allGoes
        ? { path, reason: mayGo, files: removed, stamp: String(stamp) }
        : undefined,
    movableFiles: allFreed && files > 0 ? files : undefined,
    inTheWay: inTheWay === true && !allGoes,
  };
}

function addTo(parent: OpenFolder | undefined, folder: OpenFolder): void {
  if (parent === undefined) return;
  parent.files += folder.files;
  parent.removed += folder.removed;
  parent.stamp = sumOf(parent.stamp, folder.stamp);
  if (!folder.allGoes) parent.allGoes = false;
  if (!folder.allFreed) parent.allFreed = false;
}

const sumOf = (a: number, b: number): number => (a + b) % Number.MAX_SAFE_INTEGER;
