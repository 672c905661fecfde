import type { FileEntry, Problem } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { PathFilter, Source } from '../../model/ports.ts';

/** What is copied: a file, a tree, or what cannot be. */
export type CopyOrigin =
  | {
      readonly kind: 'file';
      readonly source: Source;
      readonly entry: FileEntry;
      /** Its address, for people. */
      readonly from: string;
      /** The name that it keeps in a folder. */
      readonly name: string;
    }
  | {
      readonly kind: 'tree';
      readonly source: Source;
      readonly filter: PathFilter;
      /** The address of its top, for people; it ends in '/'. */
      readonly from: string;
      /** Its own name; undefined where it has none, as the top of a bucket: then its files go into the folder themselves. */
      readonly name: string | undefined;
      /** Whether a folder of the destination lies in this very tree, so that copying it there would never end. */
      readonly holds?: ((folder: RelPath) => boolean) | undefined;
    }
  | { readonly kind: 'problem'; readonly from: string; readonly problem: Problem };
