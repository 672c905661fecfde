import type { ListedCopy } from '../../check/first-difference.ts';
import type { RelPath } from '../../model/path.ts';
import type { ShownVersion } from '../../model/plan.ts';
import type { CopyFile } from './copy-step.ts';
import type { Shown } from './decide-copy.ts';

/** Where files are copied to. Paths are full paths from the top of the destination. */
export interface CopyTarget {
  /** Whether a copy gets the time of its file. */
  readonly setsTimes: boolean;
  /** What has a name now; `anew`: what was seen before does not count. */
  look(path: RelPath, options?: { readonly anew?: boolean }): Promise<Shown>;
  /**
   * Copies a file; its folders are made. `replaces`: the file that may be replaced. Without it nothing is: rejects with the
   * fact 'taken' when something has the name by then.
   */
  put(file: CopyFile, options: { readonly replaces: ShownVersion | undefined }): Promise<void>;
  /** Resolves with whether the folder was made; false: it was there. */
  makeFolder(folder: RelPath): Promise<boolean>;
  /** Whether a folder is there, as far as it can be told without making it. */
  hasFolder(folder: RelPath): Promise<boolean>;
  /** What is shown at a path, to be read; undefined: it is not there any more. */
  copyAt(path: RelPath, shown: ShownVersion): Promise<ListedCopy | undefined>;
}
