import type { ProgressState } from './progress-state.ts';

/** What a file costs beside its bytes, as bytes: a call takes about as long as this much data. */
const FILE_WEIGHT = 256 * 1024;

/** How much of the known work is done, from 0 to 1. */
export function doneShare(
  state: Pick<ProgressState, 'files' | 'totalFiles' | 'bytes' | 'totalBytes'>,
): number {
  const total = state.totalBytes + state.totalFiles * FILE_WEIGHT;
  const done = state.bytes + state.files * FILE_WEIGHT;
  return total === 0 ? 1 : Math.min(done / total, 1);
}

/** How much of the comparison is done, from 0 to 1; undefined where nobody knows how much there is, or it is over. */
export function comparedShare({
  compared,
  toCompare,
  expected,
  isCompared,
}: Pick<ProgressState, 'compared' | 'toCompare' | 'expected' | 'isCompared'>): number | undefined {
  const total = toCompare ?? expected;
  if (isCompared || compared === 0 || total === undefined || total < compared) return undefined;
  return compared / total;
}

/** Whole seconds, in milliseconds; undefined while too little is done for an estimate, nothing works, or the run stops. */
export function timeLeftMs(
  { transferMs, wait, isStopping }: Pick<ProgressState, 'transferMs' | 'wait' | 'isStopping'>,
  share: number,
): number | undefined {
  if (isStopping || wait?.kind === 'retrying') return undefined;
  if (share < 0.01 || share >= 1 || transferMs < 1000) return undefined;
  return Math.ceil((transferMs * (1 - share)) / share / 1000) * 1000;
}
