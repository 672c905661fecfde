import type { Problem } from '../../model/entry.ts';
import { isFolderPath, nameOf, type RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';

/** A file or folder that moves. Paths are from the top of the destination; those of folders end in '/'. */
export interface PlannedMove {
  readonly from: RelPath;
  readonly to: RelPath;
  /** Of a file: what was seen of it. */
  readonly shown?: ShownVersion | undefined;
  /** The file that it takes the place of, as it was seen. */
  readonly replaces?: ShownVersion | undefined;
  /** The folder joins one that is there. */
  readonly joins?: boolean | undefined;
}

export interface MoveOptions {
  /** A file may take the place of another one. */
  readonly overwrite: boolean;
  /** A folder may join one of its new name that is there: what is in it moves into that one. */
  readonly merge: boolean;
}

/** What has a name already. */
export type Occupant =
  | { readonly kind: 'file'; readonly shown: ShownVersion }
  | { readonly kind: 'folder' }
  | { readonly kind: 'unclear'; readonly problem: Problem }
  | undefined;

/** The name that something gets in a folder, which is '' or ends in '/'. */
export const nameIn = (folder: RelPath, path: RelPath): RelPath =>
  `${folder}${nameOf(path)}${isFolderPath(path) ? '/' : ''}`;

/** Whether a move may be made, given what has the new name. Pure. Returns the move, or why it is not made. */
export function judgeMove(
  move: Pick<PlannedMove, 'from' | 'to' | 'shown'>,
  occupant: Occupant,
  { overwrite, merge }: MoveOptions,
): PlannedMove | Problem {
  const { from, to } = move;
  const isFolder = isFolderPath(from);
  if (from === to) return refused(`is at ${to} already`);
  if (isFolder && to.startsWith(from)) return refused(`cannot move into itself, to ${to}`);
  switch (occupant?.kind) {
    case undefined:
      return move;
    case 'unclear':
      return { ...occupant.problem, severity: 'failure' };
    case 'file':
      if (isFolder) return refused(`cannot become ${to}: a file has that name`);
      return overwrite
        ? { ...move, replaces: occupant.shown }
        : refused(`is not moved to ${to}, which is there already: --overwrite replaces it`);
    case 'folder':
      if (!isFolder) return refused(`cannot become ${to}: a folder has that name`);
      return merge
        ? { ...move, joins: true }
        : refused(`is not moved to ${to}, which is there already: --merge moves what is in it there`);
    default:
      return occupant satisfies never;
  }
}

const refused = (message: string): Problem => ({ code: 'destination_taken', severity: 'failure', message });

export const isProblem = (judged: PlannedMove | Problem): judged is Problem => 'severity' in judged;
