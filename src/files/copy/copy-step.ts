import type { FileEntry, Problem } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { Source } from '../../model/ports.ts';

/** One file to copy. */
export interface CopyFile {
  readonly kind: 'file';
  readonly source: Source;
  /** As the source lists it. */
  readonly entry: FileEntry;
  /** Its address, for people. */
  readonly from: string;
  /** Where it goes: the full path from the top of the destination. */
  readonly to: RelPath;
}

/** What is to be done for one entry of what is copied. */
export type CopyStep =
  | CopyFile
  /** A folder that may be empty; `to` ends in '/'. */
  | { readonly kind: 'folder'; readonly from: string; readonly to: RelPath }
  /** What cannot be copied, and why. */
  | { readonly kind: 'problem'; readonly from: string; readonly problem: Problem };

/** What became of one entry. `from` and `to` are addresses for people; sizes are in bytes. */
export type CopyResult =
  | {
      readonly kind: 'copied' | 'would_copy';
      readonly from: string;
      readonly to: string;
      readonly size: number;
      /** Whether another file had the name. */
      readonly replaced: boolean;
    }
  /** The same content was there already. */
  | { readonly kind: 'same'; readonly from: string; readonly to: string; readonly size: number }
  /** A file with another content has the name, and stays. */
  | {
      readonly kind: 'kept';
      readonly from: string;
      readonly to: string;
      readonly size: number;
      readonly sizeThere: number;
    }
  /** It could not be copied: a failure, or a warning where it is none of what can be copied. */
  | { readonly kind: 'failed'; readonly from: string; readonly to?: string; readonly problem: Problem };

export interface CopySummary {
  readonly copied: number;
  /** Bytes of the files that were copied. */
  readonly bytes: number;
  /** Files that were there already. */
  readonly same: number;
  /** Files that stay although they differ. */
  readonly kept: number;
  readonly failed: number;
  /** Warnings: links and devices, for one. */
  readonly leftOut: number;
  /** Folders that were made. */
  readonly folders: number;
  /** The copy was stopped before its end. */
  readonly isInterrupted: boolean;
}
