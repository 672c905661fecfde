import { bytes, count, counted, duration } from '../quantities.ts';
import type { ProgressState } from './progress-state.ts';
import { doneShare, timeLeftMs } from './share.ts';
import { waitText } from './wait-text.ts';

/** How far a run is in one plain line, for a log. */
export function progressLine(state: ProgressState): string {
  const parts = state.totalFiles === 0 ? [comparingText(state)] : transferParts(state);
  const also = [
    state.totalMoves > 0 ? `${count(state.moves)} of ${counted(state.totalMoves, 'move')}` : '',
    state.totalRemovals > 0 ? `${count(state.removals)} of ${counted(state.totalRemovals, 'removal')}` : '',
    state.failed > 0 ? `${count(state.failed)} failed` : '',
  ];
  const line = [...parts, ...also].filter((text) => text !== '').join(', ');
  return `progress: ${line}${state.wait === undefined ? '' : `; ${waitText(state.wait, state)}`}`;
}

const comparingText = ({ compared, toCompare }: ProgressState): string =>
  `${count(compared)}${toCompare === undefined ? '' : ` of ${count(toCompare)}`} entries compared`;

function transferParts(state: ProgressState): readonly string[] {
  const { areTotalsKnown, files, totalFiles, totalBytes, bytesPerSecond } = state;
  const rate = bytesPerSecond === undefined ? '' : `${bytes(bytesPerSecond)}/s`;
  if (!areTotalsKnown)
    return [`${counted(files, 'file')}, ${bytes(state.bytes)} so far`, rate, comparingText(state)];
  const share = doneShare(state);
  const leftMs = timeLeftMs(state, share);
  return [
    `${Math.floor(share * 100)}%`,
    `${count(files)} of ${counted(totalFiles, 'file')}`,
    `${bytes(state.bytes)} of ${bytes(totalBytes)}`,
    rate,
    leftMs === undefined ? '' : `${duration(leftMs)} left`,
  ];
}
