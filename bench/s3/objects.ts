import { hash, createHash } from 'node:crypto';
import { contentOf } from '../fixture/trees.ts';

/** `count` objects of `bytes` under `data/`. */
export interface ObjectSet {
  readonly count: number;
  readonly bytes: number;
  /** Every answer is held back so long, in milliseconds. */
  readonly delayMs?: number;
}

export const PREFIX = 'data/';
export const BUCKET = 'bench';

export const keyOf = (index: number): string => `${PREFIX}${nameOf(index)}`;
export const nameOf = (index: number): string => `o${String(index).padStart(6, '0')}.bin`;

const CHUNK = 1024 * 1024;
const VARIANTS = 16;
const chunks: Buffer[] = [];

/** One of a few chunks that all large objects are made of, each in an order of its own. */
const chunkOf = (index: number, position: number): Buffer => {
  const variant = (index * 7 + position * 3 + Math.floor(position / VARIANTS)) % VARIANTS;
  return (chunks[variant] ??= contentOf(`chunk ${variant}`, CHUNK));
};

/** The bytes of object `index` from `start` to `end` (exclusive), piece by piece. */
export function* bytesOf(
  { bytes }: ObjectSet,
  index: number,
  start = 0,
  end = bytes,
): Generator<Buffer, void> {
  if (bytes <= CHUNK) {
    yield contentOf(keyOf(index), bytes).subarray(start, end);
    return;
  }
  for (let at = start; at < end;) {
    const position = Math.floor(at / CHUNK);
    const offset = at - position * CHUNK;
    const piece = chunkOf(index, position).subarray(offset, Math.min(CHUNK, offset + end - at));
    yield piece;
    at += piece.length;
  }
}

/** SHA-256 of every object by its name below the prefix. */
export function digestsOf(set: ObjectSet): Map<string, string> {
  const digests = new Map<string, string>();
  for (let index = 0; index < set.count; index++) {
    if (set.bytes <= CHUNK) digests.set(nameOf(index), hash('sha256', [...bytesOf(set, index)][0]!));
    else {
      const sum = createHash('sha256');
      for (const piece of bytesOf(set, index)) sum.update(piece);
      digests.set(nameOf(index), sum.digest('hex'));
    }
  }
  return digests;
}
