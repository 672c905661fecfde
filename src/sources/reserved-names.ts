import { isReservedName } from '../model/path.ts';
import type { Problem } from '../model/entry.ts';
import type { RelPath } from '../model/path.ts';
import type { PathFilter } from '../model/ports.ts';

/** What every source says of such a name. */
export const RESERVED_NAME: Problem = {
  code: 'reserved_name',
  severity: 'warning',
  message: "its name is reserved for stagesync's own temporary files; rename it to sync it",
};

/**
 * The reserved names of a listing in key order. Each is reported once, and a reserved folder once for everything in
 * it.
 */
export class ReservedNames {
  readonly #filter: PathFilter;
  #folder: RelPath | undefined;

  constructor(filter: PathFilter) {
    this.#filter = filter;
  }

  /**
   * The outermost reserved name on the way to `path`; undefined when it was reported before, or when a rule leaves
   * `path` out.
   */
  meet(path: RelPath): RelPath | undefined {
    if (this.#folder !== undefined && path.startsWith(this.#folder)) return undefined;
    if (this.#filter.rulesOut?.(path) === true) return undefined;
    const met = outermost(path);
    if (met.endsWith('/')) this.#folder = met;
    return met;
  }
}

function outermost(path: RelPath): RelPath {
  let end = path.indexOf('/');
  while (end !== -1 && !isReservedName(path.slice(0, end))) end = path.indexOf('/', end + 1);
  return end === -1 ? path : path.slice(0, end + 1);
}
