import type { BigIntStats } from 'node:fs';
import type { Disk } from '../../../disk/disk.ts';
import * as problems from '../local-problems.ts';

export interface RootOptions {
  readonly disk: Disk;
  /** An absolute path. */
  readonly root: string;
}

/**
 * Looks at the root of a walk, which may be a link. Throws `source_missing` or `source_denied` when the root is not a folder
 * that can be seen.
 */
export function statRoot({ disk, root }: RootOptions): BigIntStats {
  let stats: BigIntStats | undefined;
  try {
    stats = disk.stat(root);
  } catch (error) {
    throw problems.rootError(root, error);
  }
  if (stats === undefined) throw problems.rootMissing(root);
  if (!stats.isDirectory()) throw problems.rootNotFolder(root);
  return stats;
}
