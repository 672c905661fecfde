import { randomBytes } from 'node:crypto';
import { nameOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

const RUN = /^\.stagesync-([0-9a-z]{8,9})-[0-9a-f]{12}(?:[-/]|$)/;
const DIGITS = 36;

/**
 * Names at the destination that only this run knows, for files and folders that are not to be seen yet or not any more.
 * They lie at the top of the destination, so outside the target unless that is the top. They are reserved, so that no
 * listing of ours takes them for content, and they tell when their run began. The ledger keeps them as full paths, since
 * they are not paths in the target.
 */
export class HiddenNames {
  readonly #nowMs: number;
  readonly #stem: string;
  readonly #apart: HiddenNames[] = [];
  #count = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
    const began = Math.max(DIGITS ** 7, Math.floor(nowMs)).toString(DIGITS);
    this.#stem = `.stagesync-${began}-${randomBytes(6).toString('hex')}`;
  }

  /** A folder for many files, as --atomic needs. */
  get folder(): RelPath {
    return `${this.#stem}/`;
  }

  /** Another name for the file or folder that is, or will be, at `path`. `role` is for people who find the name. */
  next(role: 'new' | 'old' | 'moved' | 'gone', path: RelPath): RelPath {
    const end = path.endsWith('/') ? '/' : '';
    return `${this.#stem}-${++this.#count}-${role}-${shortened(nameOf(path))}${end}`;
  }

  /** Further names of this run, with a folder of their own. */
  apart(): HiddenNames {
    const names = new HiddenNames(this.#nowMs);
    this.#apart.push(names);
    return names;
  }

  isOurs(path: RelPath): boolean {
    return path.startsWith(this.#stem) || this.#apart.some((names) => names.isOurs(path));
  }
}

/** Bytes of UTF-8. File systems take names of 255 bytes, of which the rest of a hidden name needs up to 48. */
const LONGEST_NAME = 200;

/** A name, or so much of its beginning as fits into a hidden name. */
export function shortened(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(LONGEST_NAME));
  return name.slice(0, read);
}

export const isHidden = (path: RelPath): boolean => path.startsWith('.stagesync-');

/** The full path of what the ledger has at `path`: hidden names lie at the top, all others below the target. */
export const placeOf = (root: RelPath, path: RelPath): RelPath => (isHidden(path) ? path : root + path);

/** When the run of a hidden name began, in milliseconds since 1970; undefined where the name does not tell. */
export function madeAt(name: string): number | undefined {
  const began = RUN.exec(name)?.[1];
  return began === undefined ? undefined : Number.parseInt(began, DIGITS);
}
