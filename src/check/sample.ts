import { createHash } from 'node:crypto';
import type { RelPath } from '../model/path.ts';

export interface SampleOptions {
  /** Of a hundred files, how many are read: above 0, at most 100. */
  readonly percent: number;
  /** The same seed chooses the same files of the same names. */
  readonly seed: number;
}

/**
 * Says of each path whether it is in a random sample. Each path is drawn for itself, so that neither the order nor the
 * number of files has to be known before.
 */
export function drawSample({ percent, seed }: SampleOptions): (path: RelPath) => boolean {
  const most = (percent / 100) * 2 ** 32;
  return (path) => createHash('sha256').update(`${seed}\0${path}`).digest().readUInt32BE(0) < most;
}

/** How sure the statement about a sample is. */
const CONFIDENCE = 0.95;

/**
 * What a sample without a difference proves: with a confidence of 95% less than this share of the files differ, between
 * 0 and 1. Where all were read, none does.
 */
export function mostThatMayDiffer(read: number, of: number): number {
  if (read >= of) return 0;
  return read === 0 ? 1 : 1 - (1 - CONFIDENCE) ** (1 / read);
}
