import { comparePaths } from '../../../model/path.ts';
import type { RelPath } from '../../../model/path.ts';

/** Which rows a page of a table is read from. */
export interface PathRange {
  readonly from: RelPath;
  /** Whether the row at `from` itself counts. */
  readonly inclusive: boolean;
  /** Rows from here on do not count; undefined: all do. */
  readonly end?: RelPath | undefined;
}

/** Whether each row is behind the one before it, and all are within the range that was asked for. */
export function isAscending(
  rows: readonly { readonly path: RelPath }[],
  { from, inclusive, end }: PathRange,
): boolean {
  let before = from;
  let mayBeEqual = inclusive;
  for (const { path } of rows) {
    const order = comparePaths(before, path);
    if (order > 0 || (order === 0 && !mayBeEqual)) return false;
    before = path;
    mayBeEqual = false;
  }
  return end === undefined || rows.length === 0 || comparePaths(before, end) < 0;
}
