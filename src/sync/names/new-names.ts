import { nameOf, parentOf } from '../../model/path.ts';
import type { RelPath } from '../../model/path.ts';

/** Endings that say how a file is packed; another one before them says what it is. */
const PACKED = /\.(?:gz|gzip|zst|zstd|bz2|lz4|xz|snappy|br)$/i;
/** An ending with a letter at its beginning: '.1' of 'log.1' is none. */
const ENDING = /\.[a-z][a-z0-9]{0,15}$/i;
/** The number that a name of ours has. */
const NUMBERED = /~(\d{1,9})$/;

/** The first number: the file under its own name is the first version. */
export const FIRST_NUMBER = 2;
/** So many numbers in a row that others have: there is no end of it. */
export const MOST_NUMBERS = 1000;

/**
 * The name of the nth version of a file, in the same folder, with the same endings, so that patterns such as '*.csv.gz' take it in:
 * 'orders.csv.gz' becomes 'orders~2.csv.gz'.
 */
export function versionName(path: RelPath, number: number): RelPath {
  const [stem, ending] = split(nameOf(path));
  return `${parentOf(path)}${stem}~${number}${ending}`;
}

/** The number of a version of `path` with this name; undefined: it is none. */
export function versionNumber(path: RelPath, name: RelPath): number | undefined {
  const [stem] = split(nameOf(name));
  const number = Number(NUMBERED.exec(stem)?.[1]);
  return number >= FIRST_NUMBER && versionName(path, number) === name ? number : undefined;
}

/** A name without its number, `a~.csv`; of a path the one that all its versions have. */
export function unnumbered(name: RelPath): RelPath {
  const [stem, ending] = split(nameOf(name));
  return `${parentOf(name)}${stem.replace(NUMBERED, '')}~${ending}`;
}

/** Whether a name may be a version of some path. */
export const isNumbered = (name: RelPath): boolean => NUMBERED.test(split(nameOf(name))[0]);

function split(name: string): [stem: string, ending: string] {
  const packed = PACKED.exec(name)?.[0] ?? '';
  const inner = name.slice(0, name.length - packed.length);
  const kind = ENDING.exec(inner)?.[0] ?? '';
  const stem = inner.slice(0, inner.length - kind.length);
  // a name that begins with a dot has no other part
  return stem === '' ? [name, ''] : [stem, kind + packed];
}
