import type { Problem } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';

/** A file or folder at the destination; its path is relative to the target folder. */
export type DestinationEntry =
  | {
      readonly kind: 'file';
      readonly path: RelPath;
      readonly size: number;
      readonly modifiedMs: number | undefined;
    }
  /** `unseen`: the folder is not listed, because the filter excludes all of it. So it may hold anything. */
  | { readonly kind: 'folder'; readonly path: RelPath; readonly unseen: boolean }
  /** A file that the filter leaves out. It takes no part, but the folders that hold it cannot go or move as wholes. */
  | { readonly kind: 'excluded'; readonly path: RelPath; readonly modifiedMs: number | undefined }
  | {
      readonly kind: 'unknown';
      readonly path: RelPath;
      readonly covers: 'path' | 'subtree';
      readonly problem: Problem;
      /** The second half of a child of unclear kind: the same trouble, which the first half tells. */
      readonly echo?: true;
    };
