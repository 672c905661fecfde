import { hasFact, isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { CheckVerdict } from '../../remote/remote.ts';
import { compareFolder } from '../../sync/execute/looks/compare-folder.ts';
import { putBackFolder } from '../../sync/execute/moves/put-back.ts';
import type { FileParts } from '../file-changes.ts';
import { moveAside, tellLeft, whileAside } from './while-aside.ts';

/** `failed`: that was told. */
export type EmptiedEnd = 'done' | 'gone' | 'kept' | 'failed';

/** Removes folders whose content has gone, where nothing is in them. */
export class EmptiedFolders {
  readonly #parts: FileParts;

  constructor(parts: FileParts) {
    this.#parts = parts;
  }

  /** By way of a hidden name, so that what comes at the last moment does not go with it, where folders can be moved. */
  async remove(folder: RelPath): Promise<EmptiedEnd> {
    const { remote, hidden, learnt } = this.#parts;
    if (learnt.refusesFolderMoves) return this.#removeInPlace(folder);
    const inside = await remote.list(folder);
    if (inside === undefined) return 'gone';
    if (inside.length > 0) return 'kept';
    const via = hidden.next('gone', folder);
    try {
      await moveAside(this.#parts, { path: folder, via });
    } catch (error) {
      if (hasFact(error, 'missing')) return 'gone';
      if (!isSyncError(error) || error.verdict !== 'skip_entry' || error.inDoubt) throw error;
      return this.#removeInPlace(folder);
    }
    return whileAside(this.#parts, { path: folder, via }, async () => {
      const seen = await compareFolder({ ...this.#parts, folder: via, expected: [] });
      if (seen === undefined) return 'gone';
      if (seen.deviations.length > 0) {
        tellLeft(this.#parts, { path: folder, via }, (await putBackFolder(remote, via, folder))?.left);
        return 'kept';
      }
      await remote.remove(via);
      return 'done';
    });
  }

  /** Where folders cannot be moved, the time between the last look and the request is left, as for a file. */
  async #removeInPlace(folder: RelPath): Promise<EmptiedEnd> {
    const { remote } = this.#parts;
    const check = async (_: number, inDoubt: boolean): Promise<CheckVerdict> => {
      const inside = await remote.listNow(folder);
      if (inside === undefined) return inDoubt ? 'done' : 'gone';
      return inside.length === 0 ? 'go' : 'kept';
    };
    const end = await remote.remove(folder, { begins: true, check });
    return end === 'go' ? 'done' : end;
  }
}
