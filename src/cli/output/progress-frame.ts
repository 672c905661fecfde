import cliTruncate from 'cli-truncate';
import { printable } from '../../model/printable.ts';
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

/** Widths of the bar. */
const BAR = { wide: 24, narrow: 10 } as const;

/** What a file costs beside its bytes, as bytes: a call takes about as long as this much data. */
const FILE_WEIGHT = 256 * 1024;

/** Two lines for a terminal `width` columns wide. */
export function progressFrame(state: ProgressState, width: number): string {
  const columns = Math.max(width - 1, 1);
  const lines =
    state.totalFiles === 0 ? [`comparing: ${count(state.listed)} entries`] : [transferLine(state, columns)];
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

/** No share is shown while the total still grows. A narrow terminal gets the parts that matter most. */
function transferLine(state: ProgressState, columns: number): string {
  const rate = `${bytes(state.bytesPerSecond)}/s`;
  if (!state.counted) return `transferring: ${count(state.files)} files  ${bytes(state.bytes)}  ${rate}`;
  const share = doneShare(state);
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
  const files = `${count(state.files)}/${count(state.totalFiles)} files`;
  const amount = `${bytes(state.bytes)} of ${bytes(state.totalBytes)}`;
  const left = timeLeft(state, share);
  const forms = [
    [`${bar(share, BAR.wide)} ${percent}`, files, amount, rate, ...left],
    [`${bar(share, BAR.narrow)} ${percent}`, files, amount, rate, ...left],
    [`${bar(share, BAR.narrow)} ${percent}`, files, rate, ...left],
    [percent, files, rate, ...left],
    [percent, files, ...left],
  ].map((parts) => parts.join('  '));
  return forms.find((form) => form.length <= columns) ?? forms.at(-1)!;
}

function bar(share: number, size: number): string {
  const filled = Math.floor(share * size);
  return `[${'#'.repeat(filled)}${'-'.repeat(size - filled)}]`;
}

/** How much of the known work is done, from 0 to 1. */
function doneShare(state: ProgressState): number {
  const total = state.totalBytes + state.totalFiles * FILE_WEIGHT;
  const done = state.bytes + state.files * FILE_WEIGHT;
  return total === 0 ? 1 : Math.min(done / total, 1);
}

/** Empty while too little is done for an estimate. */
function timeLeft(state: ProgressState, share: number): string[] {
  if (share < 0.01 || share >= 1 || state.transferMs < 1000) return [];
  return [`${duration((state.transferMs * (1 - share)) / share)} left`];
}
