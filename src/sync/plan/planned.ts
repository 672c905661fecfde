import type { FileEntry, Problem } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { FolderReason, RemoveReason, ShownVersion, UploadReason } from '../../model/plan.ts';
import type { LedgerRow } from '../ledger/ledger-row.ts';
import type { Lesson } from '../ledger/lessons.ts';

/** A file that is to be at its path after the pass: by an upload, or by a move of a file with the same content. */
export interface Arrival {
  readonly path: RelPath;
  readonly reason: UploadReason;
  readonly entry: FileEntry;
  /** The file at the destination that it takes the place of. */
  readonly replaces: ShownVersion | undefined;
  /** SHA-256 in hex, where it is known already. */
  readonly digest: string | undefined;
}

/** A file of ours at the destination whose content the source no longer has at that path: a move may take it. */
export interface Freed {
  readonly path: RelPath;
  readonly size: number;
  readonly identity: string | undefined;
  readonly digest: string | undefined;
  /** The source has no file there any more; false when other content takes its place. */
  readonly gone: boolean;
}

/** A file that goes, or a folder that goes with everything in it; what is in the folder has removals of its own. */
export interface Removal {
  readonly path: RelPath;
  readonly reason: RemoveReason;
  /** Files that go with it: 1, or all below a folder. */
  readonly files: number;
  /** Equality only: what the destination showed of what goes. */
  readonly stamp: string;
  /** What the destination showed of the file; undefined for a folder, and where the ledger will say. */
  readonly shown?: ShownVersion | undefined;
}

/** A file that comes to its place with its folder's move. */
export interface Carried {
  readonly from: RelPath;
  readonly arrival: Arrival;
}

/** A file that both ends have with the same size, and whose content has to be compared. */
export interface ContentCheck {
  readonly entry: FileEntry;
  readonly shown: ShownVersion;
  /** The ledger has it. */
  readonly known: boolean;
}

/** A file of the same size under another version: only the digest of the source's file tells whether it changed. */
export interface DigestQuestion {
  readonly kind: 'askDigest';
  readonly entry: FileEntry;
  readonly shown: ShownVersion | undefined;
  readonly row: LedgerRow;
}

/**
 * A changed file of ours, at its own path: might a move need its old content? That is told by the source alone, before the
 * destination is listed. Where no move needs it, the file can be sent at once.
 */
export interface OldContentQuestion {
  readonly kind: 'askOldContent';
  readonly arrival: Arrival;
  readonly row: LedgerRow;
}

/** What the planner concludes from what it sees, as data: `Planning` carries each conclusion to where it belongs. */
export type Planned =
  | { readonly kind: 'upload'; readonly arrival: Arrival }
  /** The plan needs nothing more to be known for this upload. */
  | { readonly kind: 'uploadNow'; readonly arrival: Arrival }
  | { readonly kind: 'createFolder'; readonly path: RelPath; readonly reason: FolderReason }
  | { readonly kind: 'remove'; readonly removal: Removal }
  /** The upload that was planned for the path must not take place. */
  | { readonly kind: 'withdrawUpload'; readonly path: RelPath }
  | { readonly kind: 'compareContent'; readonly check: ContentCheck }
  | DigestQuestion
  | OldContentQuestion
  /** Once all paths were seen, moves are found among these. */
  | { readonly kind: 'freed'; readonly freed: Freed }
  | { readonly kind: 'wholeFolder'; readonly path: RelPath; readonly files: number }
  | { readonly kind: 'commonFolder'; readonly path: RelPath }
  | { readonly kind: 'obstacle'; readonly path: RelPath }
  | { readonly kind: 'unchanged' }
  | Lesson
  | { readonly kind: 'problem'; readonly path: RelPath; readonly problem: Problem }
  /** A file or folder at the destination has a name that only a stagesync gives. */
  | { readonly kind: 'hidden'; readonly path: RelPath; readonly modifiedMs: number | undefined };
