import { isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import { removeFolder } from '../moves/put-back.ts';
import { isInTrash } from '../trash/trash-names.ts';
import type { RecoveryParts } from './recovery-parts.ts';

/** Something that an earlier run left under a hidden name. */
export interface Discarded {
  /** Where it was, below the target. */
  readonly path: RelPath;
  /** The hidden name; a full path. */
  readonly at: RelPath;
  /** Bytes of a file, where they are known. */
  readonly size?: number | undefined;
}

/** Deletes what has lost its name, or moves it into the trash where this run keeps what it removes. What is there already stays. */
export async function discard(
  { remote, learnt, trash, ledger }: RecoveryParts,
  { path, at, size = 0 }: Discarded,
): Promise<void> {
  if (isInTrash(at)) return;
  if (trash === undefined) {
    if (isFolderPath(at)) await removeFolder(remote, at, learnt);
    else await remote.remove(at);
    return;
  }
  const { end, place } = await trash.take(trash.placeFor(remote.root + path, at));
  if (end !== 'done') return;
  let sum = { files: 1, bytes: size };
  if (isFolderPath(path)) {
    sum = { files: 0, bytes: 0 };
    for (const page of ledger.rows(path))
      for (const row of page)
        if (!isFolderPath(row.path)) sum = { files: sum.files + 1, bytes: sum.bytes + row.size };
  }
  trash.note(place, sum);
}
