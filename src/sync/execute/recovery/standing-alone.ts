import { foldersOf, isFolderPath } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';
import type { StoredIntent } from '../../ledger/intent.ts';

/** The paths below the target that a change is about. */
export const pathsOf = ({ path, to }: StoredIntent): RelPath[] => (to === undefined ? [path] : [path, to]);

/**
 * The moves and removals of single files that no other intent has to do with: none is about one of their paths, or about a
 * folder that one of these is in. They can be settled in any order, all at the same time.
 */
export function standingAlone(intents: readonly StoredIntent[]): ReadonlySet<StoredIntent> {
  const counts = new Map<RelPath, number>();
  for (const path of intents.flatMap(pathsOf)) counts.set(path, (counts.get(path) ?? 0) + 1);
  const isOnly = (path: RelPath): boolean =>
    counts.get(path) === 1 && foldersOf(path).every((folder) => !counts.has(folder));
  const isPlain = ({ op, path, via }: StoredIntent): boolean =>
    (op === 'move' || op === 'remove') && via === undefined && !isFolderPath(path);
  return new Set(intents.filter((intent) => isPlain(intent) && pathsOf(intent).every(isOnly)));
}
