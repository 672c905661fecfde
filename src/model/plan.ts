import type { FileEntry } from './entry.ts';
import type { RelPath } from './path.ts';

/** What a destination shows of a file. The ledger remembers it, so that a change by somebody else is noticed. */
export interface ShownVersion {
  readonly size: number;
  readonly modifiedMs: number | undefined;
}

export type UploadReason =
  | 'new'
  | 'changed'
  /** The file at the destination is not the one we put there; the source wins. */
  | 'drifted'
  /** We put the file there, and it is gone. */
  | 'missing'
  /** Both ends have it, the ledger does not, and they are not equal. */
  | 'differs';

export type FolderReason = 'new' | 'missing' | 'parent';
export type MoveReason = 'renamed' | 'folder_renamed' | 'cycle';
export type RemoveReason = 'gone_from_source' | 'not_in_source' | 'leftover';

/** One thing that a pass will do to the destination, and why. Paths are relative to the two roots. */
export type Action =
  | { readonly kind: 'createFolder'; readonly path: RelPath; readonly reason: FolderReason }
  | {
      readonly kind: 'upload';
      readonly path: RelPath;
      readonly reason: UploadReason;
      readonly entry: FileEntry;
      /** What the destination showed at the path when this was decided. */
      readonly replaces?: ShownVersion | undefined;
    }
  | {
      readonly kind: 'move';
      /** Folders end in '/', on both sides. */
      readonly path: RelPath;
      readonly to: RelPath;
      readonly reason: MoveReason;
      /** The source entry that is then at `to`; absent for a folder and for a step through a temporary name. */
      readonly entry?: FileEntry | undefined;
      /** Files that move. */
      readonly files: number;
    }
  | {
      readonly kind: 'remove';
      readonly path: RelPath;
      readonly reason: RemoveReason;
      /** Files that go: 1, or all below a folder. */
      readonly files: number;
    };

/** One action as data, as plans and events tell it. */
export interface ActionLine {
  readonly kind: Action['kind'];
  readonly path: RelPath;
  readonly to?: RelPath | undefined;
  readonly reason: string;
  readonly bytes?: number | undefined;
  readonly files?: number | undefined;
  /** The folder whose own line already stands for this one: they go, or move, together. */
  readonly within?: RelPath | undefined;
}

/** One action of a plan: what --dry-run shows and what a plan file holds. */
export interface PlanLine extends ActionLine {
  /**
   * Equality only: the source version and the version at the destination that the decision rests on, so that a later run
   * can tell whether either changed.
   */
  readonly stamp: string;
}

/** What a plan will cost: actions, where a folder that moves or goes as a whole is one. */
export interface PlanCost {
  readonly uploads: number;
  readonly bytes: number;
  readonly moves: number;
  readonly removals: number;
  /** Below the destination; the destination itself and the folders above it count among the calls only. */
  readonly foldersCreated: number;
  /** Requests that change the destination, plus the confirming listings. */
  readonly calls: number;
}
