import type { Problem } from '../../../model/entry.ts';
import type { RelPath } from '../../../model/path.ts';
import type { Learnt } from '../learnt.ts';
import type { Trash } from '../trash/trash.ts';
import type { AfterMoveOptions } from '../looks/look-after-move.ts';

/** What a recovery works with. */
export interface RecoveryParts extends AfterMoveOptions {
  readonly learnt: Learnt;
  /** Where what would be deleted goes, where that is asked for. */
  readonly trash?: Trash | undefined;
  readonly onProblem: (path: RelPath, problem: Problem) => void;
}

/** Tells whether a file, or a folder, below the target is there. */
export interface FileLooks {
  exists(path: RelPath): Promise<boolean>;
}

/** What the ledger is to say of a change that is settled; undefined: nothing more. */
export type LedgerChange = (() => void) | undefined;
