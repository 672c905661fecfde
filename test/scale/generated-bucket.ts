import { createCipheriv, hash } from 'node:crypto';
import { comparePaths } from '../../src/model/path.ts';
import { ODD_NAMES } from '../support/trees/trees.ts';

/** One object whose bytes follow from its name and version: nothing is stored. */
export interface GeneratedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly version: number;
}

const MB = 1_000_000;

/** How many objects have which size: few large ones, side by side, and many small. */
const LARGE: readonly (readonly [count: number, size: number])[] = [
  [4, 200 * MB],
  [8, 50 * MB],
  [20, 10 * MB],
  [100, MB],
  [300, 300_000],
];

/** A bucket of `count` objects in key order: from 0 to 200 MB, under names that have broken other tools. */
export function generateObjects(count: number, prefix: string): GeneratedObject[] {
  const sizes = LARGE.flatMap(([many, size]) => Array.from({ length: many }, () => size));
  return Array.from({ length: count }, (_, at) => {
    const odd = ODD_NAMES[at % ODD_NAMES.length]!;
    const folder = at < sizes.length ? 'large' : `${ODD_NAMES[(at >> 4) % ODD_NAMES.length]!}/${at % 90}`;
    return { key: `${prefix}${folder}/${at} ${odd}`, size: sizes[at] ?? smallSize(at), version: 1 };
  }).toSorted((a, b) => comparePaths(a.key, b.key));
}

/** One in fifty empty, the others up to 64 KiB. */
const smallSize = (at: number): number => (at % 50 === 0 ? 0 : 1 + ((at * 7919) % 65_536));

const PIECE = 1024 * 1024;
const BLOCK = 16;
const ZEROS = Buffer.alloc(PIECE);

/** The bytes of an object from `start` on, a piece at a time: a cipher's stream, which can begin anywhere. */
export function* bytesOf({ key, size, version }: GeneratedObject, start = 0): Generator<Buffer, void> {
  const secret = hash('sha256', `${version} ${key}`, 'buffer').subarray(0, BLOCK);
  const counter = Buffer.alloc(BLOCK);
  counter.writeBigUInt64BE(BigInt(Math.floor(start / BLOCK)), 8);
  const cipher = createCipheriv('aes-128-ctr', secret, counter);
  cipher.update(ZEROS.subarray(0, start % BLOCK));
  for (let at = start; at < size; at += PIECE)
    yield cipher.update(ZEROS.subarray(0, Math.min(PIECE, size - at)));
}
