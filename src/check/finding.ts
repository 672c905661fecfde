import type { Problem } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { Side } from './merge-listings.ts';

export type { Side };

/** One way in which two places are not equal, or a path where that cannot be told. Sizes are in bytes. */
export type Finding =
  /** A has the file and B does not. */
  | { readonly kind: 'missing'; readonly path: RelPath; readonly size: number }
  /** B has the file and A does not. */
  | { readonly kind: 'extra'; readonly path: RelPath; readonly size: number }
  | {
      readonly kind: 'differ';
      readonly path: RelPath;
      readonly sizeA: number;
      readonly sizeB: number;
      /** The first byte that differs, counted from 0; absent where the sizes say it. */
      readonly offset?: number;
    }
  /** What is there cannot be listed or read, so that it is neither equal nor missing. */
  | {
      readonly kind: 'unclear';
      readonly path: RelPath;
      /** Absent: both were read, and which of them is to blame is not known. */
      readonly side?: Side;
      readonly problem: Problem;
    };

export interface CheckSummary {
  /** Files of the same name and size in both places, whose content, where it was read, is the same. */
  readonly equal: number;
  readonly differ: number;
  /** Those of them that are of one size: only their contents differ. */
  readonly contentDiffers: number;
  readonly missing: number;
  readonly extra: number;
  /** Places where it could not be told. */
  readonly unclear: number;
  /** Those of them that are failures; the others are warnings, such as a link that is not followed. */
  readonly failures: number;
  /** Files of one place, where the other could not say what it has. */
  readonly notCompared: number;
  /** Files whose content was read in both places and compared. */
  readonly read: number;
  /** Bytes of these files. */
  readonly readBytes: number;
}
