import type { RelPath } from '../../../model/path.ts';
import type { RemoveReason } from '../../../model/plan.ts';
import type { PlanStore } from '../store/plan-store.ts';

interface Frame {
  readonly path: RelPath;
  /** Stage has the folder. */
  readonly atDestination: boolean;
  /** The folder itself may go; undefined: it stays. */
  readonly reason: RemoveReason | undefined;
  /** Everything seen in it so far goes. */
  clean: boolean;
  /** Everything seen in it so far is ours and freed. */
  pure: boolean;
  /** Files that go, and a sum over what Stage showed of them. */
  removed: number;
  stamp: number;
  /** Files on Stage. */
  files: number;
  /** The source has a file of this name: the folder has to go. */
  readonly inTheWay: boolean;
}

/**
 * Adds up, folder by folder while the merge passes by, which folders can go or move as wholes. In path order a
 * folder's subtree is one stretch, so the open folders form a stack: memory is the depth of the tree.
 */
export class WholeFolders {
  readonly #stack: Frame[] = [];
  readonly #store: PlanStore;
  readonly #onObstacle: (folder: RelPath, mayMove: boolean) => void;

  /** `onObstacle`: a folder in the way of a file stays, unless (`mayMove`) it can be moved away whole. */
  constructor(store: PlanStore, onObstacle: (folder: RelPath, mayMove: boolean) => void) {
    this.#store = store;
    this.#onObstacle = onObstacle;
  }

  /** Closes every folder that `path` is not in. */
  leave(path: RelPath): void {
    for (
      let top = this.#stack.at(-1);
      top !== undefined && !path.startsWith(top.path);
      top = this.#stack.at(-1)
    ) {
      this.#stack.pop();
      this.#close(top);
    }
  }

  closeAll(): void {
    for (let top = this.#stack.pop(); top !== undefined; top = this.#stack.pop()) this.#close(top);
  }

  open(
    path: RelPath,
    atDestination: boolean,
    reason: RemoveReason | undefined,
    ours: boolean,
    inTheWay = false,
  ): void {
    this.#stack.push({
      path,
      atDestination,
      reason,
      clean: reason !== undefined,
      pure: ours,
      removed: 0,
      stamp: 0,
      files: 0,
      inTheWay,
    });
  }

  /** A file on Stage, in the innermost open folder. */
  file(goes: boolean, freed: boolean, stamp: number): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    top.files++;
    if (goes) {
      top.removed++;
      top.stamp = (top.stamp + stamp) % Number.MAX_SAFE_INTEGER;
    } else top.clean = false;
    if (!freed) top.pure = false;
  }

  /** Something in the innermost open folder stays, or may be there unseen: the folder cannot be taken as a whole. */
  block(): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    top.clean = false;
    top.pure = false;
  }

  #close(frame: Frame): void {
    const parent = this.#stack.at(-1);
    if (!frame.atDestination) return;
    if (frame.reason !== undefined && frame.clean) {
      const { path, reason, removed: files, stamp } = frame;
      this.#store.removals.add({ path, reason, files, stamp: String(stamp) });
    }
    const mayMove = frame.pure && frame.files > 0;
    if (mayMove) this.#store.wholeFolders.add(frame.path, frame.files);
    if (frame.inTheWay && !frame.clean) this.#onObstacle(frame.path, mayMove);
    if (parent === undefined) return;
    parent.files += frame.files;
    parent.removed += frame.removed;
    parent.stamp = (parent.stamp + frame.stamp) % Number.MAX_SAFE_INTEGER;
    if (!frame.clean) parent.clean = false;
    if (!frame.pure) parent.pure = false;
  }
}
