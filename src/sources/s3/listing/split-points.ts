import { comparePaths, foldersOf } from '../../../model/path.ts';
import type { S3Bucket } from '../bucket.ts';

/** With so many points, another request for more of them would not pay. */
const ENOUGH = 64;
/** Folders above the position that are asked for their children; each is a request. */
const MAX_LEVELS = 5;

export interface SplitPointsOptions {
  readonly prefix: string;
  /** The last key that was listed. */
  readonly position: string;
  /** The last key of the range; undefined for one that goes on to the end. */
  readonly until: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Keys after `position` at which a listing can be cut into parts: the next folders beside and above it, nearest first.
 * They are hints. Any key is a correct place to cut, so an answer that is old, short or wrong costs only time, and a
 * request that fails (a policy may allow only some prefixes) gives no points.
 */
export async function findSplitPoints(
  bucket: S3Bucket,
  { prefix, position, until, signal }: SplitPointsOptions,
): Promise<string[]> {
  const folders = ['', ...foldersOf(position.slice(prefix.length))].slice(-MAX_LEVELS);
  const points: string[] = [];
  for (const folder of folders.toReversed()) {
    try {
      const page = await bucket.listPage(
        { prefix: prefix + folder, delimiter: '/', startAfter: position },
        signal,
      );
      points.push(...page.prefixes);
    } catch {
      break;
    }
    if (points.length >= ENOUGH) break;
  }
  return [...new Set(points)]
    .filter(
      (point) => comparePaths(point, position) > 0 && (until === undefined || comparePaths(point, until) < 0),
    )
    .toSorted(comparePaths);
}
