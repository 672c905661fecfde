import { randomBytes } from 'node:crypto';
import { nameOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

const RUN = /^\.stagesync-([0-9a-z]{8,9})-[0-9a-f]{12}(?:[-/]|$)/;
const DIGITS = 36;

/**
 * Names on Stage that only this run knows, for what is not to be seen yet or not any more. They lie at the top of the
 * Stage, outside the target unless that is the top, are reserved (a listing of ours takes none for content), and tell
 * when their run began. They are not paths of the target: the ledger keeps them in their full length.
 */
export class HiddenNames {
  readonly #stem: string;
  #count = 0;

  constructor(nowMs: number) {
    const began = Math.max(DIGITS ** 7, Math.floor(nowMs)).toString(DIGITS);
    this.#stem = `.stagesync-${began}-${randomBytes(6).toString('hex')}`;
  }

  /** A folder for many files, as --atomic needs. */
  get folder(): RelPath {
    return `${this.#stem}/`;
  }

  /** Another name for what is, or will be, at `path`; a folder's for a folder. `role` is for people who find it. */
  next(role: 'new' | 'old' | 'moved' | 'gone', path: RelPath): RelPath {
    const end = path.endsWith('/') ? '/' : '';
    return `${this.#stem}-${++this.#count}-${role}-${nameOf(path)}${end}`;
  }

  isOurs(path: RelPath): boolean {
    return path.startsWith(this.#stem);
  }
}

export const isHidden = (path: RelPath): boolean => path.startsWith('.stagesync-');

/** The full path of what the ledger has at `path`: hidden names lie at the top, all others below the target. */
export const placeOf = (root: RelPath, path: RelPath): RelPath => (isHidden(path) ? path : root + path);

/** When the run began that made a hidden name, in milliseconds since 1970; undefined where the name does not tell. */
export function madeAt(name: string): number | undefined {
  const began = RUN.exec(name)?.[1];
  return began === undefined ? undefined : Number.parseInt(began, DIGITS);
}
