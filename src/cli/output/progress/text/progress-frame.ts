import cliTruncate from 'cli-truncate';
import { printable } from '../../../../model/printable.ts';
import { bytes, count, counted } from '../../quantities.ts';
import { BARS, headLine, ofText } from './head-line.ts';
import { bar, painted, part, percentText, roomIn, widthOf, type Line, type Part } from './painted-line.ts';
import type { FileUnderWay, ProgressState } from '../progress-state.ts';
import type { Style } from './style.ts';
import { underWayText } from './under-way-text.ts';
import { waitText } from './wait-text.ts';

/** Files below this have no line of their own, in bytes: they would come and go too fast to be read. */
const LARGE_BYTES = 8_000_000;
const MOST_LARGE = 3;

export interface FrameOptions {
  /** Of the terminal. */
  readonly columns: number;
  readonly style: Style;
}

/** The lines that show a run on a terminal of so many columns. None of them reaches the last column. */
export const progressFrame = (state: ProgressState, options: FrameOptions): string =>
  painted(progressLines(state, options), options);

/** The same before they are painted and cut. */
export function progressLines(state: ProgressState, { columns, style }: FrameOptions): readonly Line[] {
  const room = roomIn(columns);
  return [
    headLine(state, { room, style }),
    ...largeLines(state, room, style),
    ...alsoLine(state),
    ...waitLine(state),
    ...stoppingLine(state),
  ];
}

/** The large files under way, those that began first: so no line jumps while the others grow. */
function largeLines({ underWay }: ProgressState, room: number, style: Style): Line[] {
  const large = underWay.filter(isLarge);
  const more = large.length - MOST_LARGE;
  return [
    ...large.slice(0, MOST_LARGE).map((file) => largeLine(file, room, style)),
    ...(more > 0 ? [part(`  and ${counted(more, 'more large file')}`, 'quiet')] : []),
  ];
}

const isLarge = ({ sent, size = sent }: FileUnderWay): boolean => size >= LARGE_BYTES;

/** The end of a path tells more than its beginning. */
function largeLine({ path, sent, size = sent }: FileUnderWay, room: number, style: Style): Line {
  const share = size === 0 ? 1 : sent / size;
  const percent = percentText(share);
  const amount = `  ${bytes(sent)} of ${bytes(size)}`;
  const isWide = room >= 70;
  const before: Line = isWide
    ? [['  '], ...bar(share, BARS.narrow, style), [` ${percent}  `]]
    : [[`  ${percent}  `]];
  const tail = isWide ? amount : '';
  const left = Math.max(room - widthOf(before) - tail.length, 1);
  return [...before, [cliTruncate(printable(path), left, { position: 'start' })], [tail, 'quiet']];
}

/** What else was done, and what is under way. */
function alsoLine(state: ProgressState): Line[] {
  const { folders, moves, totalMoves, removals, totalRemovals, failed, same, compared, isCompared } = state;
  const of = (n: number, total: number, word: string): string =>
    total === 0 ? '' : `${count(n)}/${counted(total, word)}`;
  const small = state.underWay.find((file) => !isLarge(file));
  const parts: readonly Part[] = [
    [state.files === 0 && folders > 0 ? `${counted(folders, 'folder')} made` : '', 'quiet'],
    [of(moves, totalMoves, 'move')],
    [of(removals, totalRemovals, 'removal')],
    [failed > 0 ? `${count(failed)} failed` : '', 'failed'],
    [same > 0 ? `${count(same)} already there` : '', 'quiet'],
    [isCompared || state.totalFiles === 0 ? '' : `compared ${count(compared)}${ofShort(state)}`, 'quiet'],
    [small === undefined ? '' : printable(small.path), 'quiet'],
  ];
  const shown = parts.filter(([text]) => text !== '');
  if (shown.length === 0) return [];
  return [shown.flatMap((each, at): Part[] => [[at === 0 ? '  ' : ' · '], each])];
}

/** '/812', and where only an earlier run has counted them ' of about 812'. */
const ofShort = (state: ProgressState): string =>
  state.toCompare === undefined ? ofText(state) : `/${count(state.toCompare)}`;

/** What is waited for, in a line of its own. */
export function waitLine(state: Pick<ProgressState, 'wait' | 'nowMs' | 'destination'>): Line[] {
  if (state.wait === undefined) return [];
  const as = state.wait.kind === 'confirming' || state.wait.kind === 'limited' ? 'quiet' : 'trouble';
  return [[['  '], [waitText(state.wait, state), as]]];
}

/** That the run ends, and what it finishes before. */
export function stoppingLine({
  isStopping,
  underWay,
}: Pick<ProgressState, 'isStopping' | 'underWay'>): Line[] {
  if (!isStopping) return [];
  const what = underWayText(underWay) ?? 'finishing what is under way';
  return [[['  '], [`stopping: ${what}; Ctrl-C again stops at once`, 'trouble']]];
}
