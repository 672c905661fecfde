import { bytes, count, counted, duration } from '../../quantities.ts';
import { percentText } from './painted-line.ts';
import type { ProgressState } from '../progress-state.ts';
import { beforeText, ofText } from './head-line.ts';
import { comparedShare, doneShare, timeLeftMs } from '../share.ts';
import { waitText } from './wait-text.ts';

/** How far a run is in one plain line, for a log. */
export function progressLine(state: ProgressState): string {
  const parts = state.totalFiles === 0 ? beforeParts(state) : transferParts(state);
  const also = [
    state.totalMoves > 0 ? `${count(state.moves)} of ${counted(state.totalMoves, 'move')}` : '',
    state.totalRemovals > 0 ? `${count(state.removals)} of ${counted(state.totalRemovals, 'removal')}` : '',
    state.failed > 0 ? `${count(state.failed)} failed` : '',
    state.same > 0 ? `${count(state.same)} already there` : '',
  ];
  const line = [...parts, ...also].filter((text) => text !== '').join(', ');
  return `progress: ${line}${state.wait === undefined ? '' : `; ${waitText(state.wait, state)}`}`;
}

function beforeParts(state: ProgressState): readonly string[] {
  if (state.words.before === 'looking') return [beforeText(state)];
  const share = comparedShare(state);
  return [share === undefined ? '' : percentText(share).trim(), comparedText(state)];
}

const comparedText = (state: ProgressState): string =>
  `${count(state.compared)}${ofText(state)} entries compared`;

function transferParts(state: ProgressState): readonly string[] {
  const { areTotalsKnown, files, totalFiles, totalBytes, bytesPerSecond } = state;
  const { noun, before } = state.words;
  const rate = bytesPerSecond === undefined || totalBytes === 0 ? '' : `${bytes(bytesPerSecond)}/s`;
  if (!areTotalsKnown)
    return [
      counted(files, noun),
      totalBytes === 0 ? 'so far' : `${bytes(state.bytes)} so far`,
      rate,
      before === 'comparing' ? comparedText(state) : `${count(totalFiles)} found`,
    ];
  const share = doneShare(state);
  const leftMs = timeLeftMs(state, share);
  return [
    percentText(share).trim(),
    `${count(files)} of ${counted(totalFiles, noun)}`,
    totalBytes === 0 ? '' : `${bytes(state.bytes)} of ${bytes(totalBytes)}`,
    rate,
    leftMs === undefined ? '' : `${duration(leftMs)} left`,
  ];
}
