import { hasFact, isSyncError } from '../model/errors.ts';
import type { RelPath } from '../model/path.ts';
import type { ShownVersion } from '../model/plan.ts';
import type { CallOptions, Destination } from '../model/ports.ts';

// Looks that tell what became of a change whose reply was lost.

/** Whether a name is taken, maybe by our own earlier attempt whose reply was lost. */
export const mayBeTakenByUs = (error: unknown): boolean =>
  isInDoubt(error) && hasFact(error, 'taken', 'refused');

export const isInDoubt = (error: unknown): boolean => isSyncError(error) && error.inDoubt;

/** Whether there is a file, or a folder (path ends in '/'), of this name. */
export async function isThere(destination: Destination, path: RelPath, call: CallOptions): Promise<boolean> {
  const found = path.endsWith('/') ? destination.listFolder(path, call) : destination.stat(path, call);
  return (await found) !== undefined;
}

/** Whether the origin of a move is gone and its target there. */
export const hasMoved = async (
  destination: Destination,
  { from, to }: { readonly from: RelPath; readonly to: RelPath },
  call: CallOptions,
): Promise<boolean> => (await isThere(destination, to, call)) && !(await isThere(destination, from, call));

/** What an upload sends, and what file that is to replace. */
export interface SentFile {
  readonly size: number;
  readonly replaces?: ShownVersion | undefined;
}

/** Whether a file of the size that was sent has arrived: it is there, and not the one that was to be replaced. */
export async function hasArrived(
  destination: Destination,
  path: RelPath,
  { size, replaces, signal }: SentFile & CallOptions,
): Promise<boolean> {
  try {
    const shown = await destination.stat(path, { signal });
    if (shown === undefined || shown.size !== size) return false;
    return replaces === undefined || replaces.size !== size || replaces.modifiedMs !== shown.modifiedMs;
  } catch {
    // the look failed too: the upload's own error says more
    return false;
  }
}
