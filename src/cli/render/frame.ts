import cliTruncate from 'cli-truncate';
import { printable } from './printable.ts';
import { bytes, count, duration } from './quantities.ts';

/** Everything a progress display shows. */
export interface ProgressState {
  readonly listed: number;
  /** The listing is over, so the totals stand. */
  readonly counted: boolean;
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
  readonly totalBytes: number;
  readonly moved: number;
  readonly removed: number;
  readonly failed: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** Milliseconds since the first transfer. */
  readonly transferMs: number;
  /** A file that is being sent. */
  readonly current: string | undefined;
}

const BAR = 24;

/** What a file costs beside its bytes, as bytes: a call takes about as long as this much data. */
const FILE_WEIGHT = 256 * 1024;

/** Two lines for a terminal `width` columns wide. */
export function progressFrame(state: ProgressState, width: number): string {
  const columns = Math.max(width - 1, 20);
  const lines =
    state.totalFiles === 0 ? [`comparing: ${count(state.listed)} entries`] : [transferLine(state)];
  const also = [
    state.moved > 0 ? `${count(state.moved)} moved` : '',
    state.removed > 0 ? `${count(state.removed)} removed` : '',
    state.failed > 0 ? `${count(state.failed)} failed` : '',
    state.counted ? '' : `still counting: ${count(state.listed)} compared`,
    state.counted && state.totalFiles > 0 && state.files >= state.totalFiles ? 'confirming' : '',
    state.current === undefined ? '' : printable(state.current),
  ].filter((text) => text !== '');
  if (also.length > 0) lines.push(`  ${also.join(' · ')}`);
  return lines.map((line) => cliTruncate(line, columns, { position: 'end' })).join('\n');
}

/** While the total still grows there is no share to show. */
function transferLine(state: ProgressState): string {
  const sent = [`${count(state.files)} files`, bytes(state.bytes), `${bytes(state.bytesPerSecond)}/s`];
  if (!state.counted) return `uploading: ${sent.join('  ')}`;
  const share = doneShare(state);
  const filled = Math.floor(share * BAR);
  return [
    `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)}%`,
    `${count(state.files)}/${count(state.totalFiles)} files`,
    `${bytes(state.bytes)} of ${bytes(state.totalBytes)}`,
    `${bytes(state.bytesPerSecond)}/s`,
    ...timeLeft(state, share),
  ].join('  ');
}

/** How much of the known work is done, from 0 to 1. */
function doneShare(state: ProgressState): number {
  const total = state.totalBytes + state.totalFiles * FILE_WEIGHT;
  const done = state.bytes + state.files * FILE_WEIGHT;
  return total === 0 ? 1 : Math.min(done / total, 1);
}

/** Nothing while too little is done to tell. */
function timeLeft(state: ProgressState, share: number): string[] {
  if (share < 0.01 || share >= 1 || state.transferMs < 1000) return [];
  return [`${duration((state.transferMs * (1 - share)) / share)} left`];
}
