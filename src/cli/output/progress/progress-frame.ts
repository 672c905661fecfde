import cliTruncate from 'cli-truncate';
import { printable } from '../../../model/printable.ts';
import { bytes, count, counted, duration } from '../quantities.ts';
import type { FileUnderWay, ProgressState } from './progress-state.ts';
import { doneShare, timeLeftMs } from './share.ts';
import type { Paint, Style } from './style.ts';
import { underWayText } from './under-way-text.ts';
import { waitText } from './wait-text.ts';

/** Columns of the bar. It depends on the terminal alone, so that it does not jump while the numbers grow. */
const BARS = { wide: 24, narrow: 10 } as const;
const WIDE = 100;
/** Files below this have no line of their own, in bytes: they would come and go too fast to be read. */
const LARGE_BYTES = 8_000_000;
const MOST_LARGE = 3;

export interface FrameOptions {
  /** Of the terminal. */
  readonly columns: number;
  readonly style: Style;
}

type Part = readonly [text: string, as?: Paint];
type Line = readonly Part[];

const part = (text: string, as?: Paint): Line => (as === undefined ? [[text]] : [[text, as]]);
const widthOf = (line: Line): number => line.reduce((sum, [text]) => sum + text.length, 0);

/** The lines that show a run on a terminal of so many columns. None of them reaches the last column. */
export function progressFrame(state: ProgressState, { columns, style }: FrameOptions): string {
  const width = Math.max(columns - 1, 1);
  const lines: readonly Line[] = [
    headLine(state, width, style),
    ...largeLines(state, width, style),
    ...alsoLine(state),
    ...waitLine(state),
    ...stoppingLine(state),
  ];
  return lines
    .map((line) =>
      line.map(([text, as]) => (as === undefined || text === '' ? text : style.paint(text, as))).join(''),
    )
    .map((line) => cliTruncate(line, width, { position: 'end' }))
    .join('\n');
}

function headLine(state: ProgressState, width: number, style: Style): Line {
  if (state.totalFiles === 0) return part(comparingText(state));
  if (state.areTotalsKnown) return totalLine(state, width, style);
  const rate = rateText(state);
  const known = state.totalFiles > state.files ? `, ${count(state.totalFiles)} known so far` : '';
  return part(
    `${state.transfer}ing: ${counted(state.files, 'file')}  ${bytes(state.bytes)}${rate === '' ? '' : `  ${rate}`}${known}`,
  );
}

function comparingText({ compared, toCompare, isCompared }: ProgressState): string {
  if (isCompared) return `compared ${count(compared)} entries`;
  if (compared === 0) return 'comparing: listing both ends';
  const of = toCompare === undefined ? '' : ` of ${count(toCompare)}`;
  return `comparing: ${count(compared)}${of} entries`;
}

/** A narrow terminal gets the parts that matter most. */
function totalLine(state: ProgressState, width: number, style: Style): Line {
  const share = doneShare(state);
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
  const files = `${count(state.files)}/${count(state.totalFiles)} files`;
  const amount = `${bytes(state.bytes)} of ${bytes(state.totalBytes)}`;
  const rate = rateText(state);
  const leftMs = timeLeftMs(state, share);
  const left = leftMs === undefined ? '' : `${duration(leftMs)} left`;
  const size = width >= WIDE ? BARS.wide : BARS.narrow;
  const after = (...texts: readonly string[]): string =>
    texts
      .filter((text) => text !== '')
      .map((text) => `  ${text}`)
      .join('');
  const forms: readonly Line[] = [
    [...bar(share, size, style), [` ${percent}${after(files, amount, rate, left)}`]],
    [...bar(share, size, style), [` ${percent}${after(files, rate, left)}`]],
    part(`${percent}${after(files, rate, left)}`),
    part(`${percent}${after(files, left)}`),
  ];
  return forms.find((form) => widthOf(form) <= width) ?? forms.at(-1)!;
}

function bar(share: number, size: number, { bar: [done, open] }: Style): Line {
  const filled = Math.floor(share * size);
  return [['['], [done.repeat(filled), 'done'], [open.repeat(size - filled), 'quiet'], [']']];
}

const rateText = ({ bytesPerSecond }: ProgressState): string =>
  bytesPerSecond === undefined ? '' : `${bytes(bytesPerSecond)}/s`;

/** The large files under way, those of which most is left first. */
function largeLines({ underWay }: ProgressState, width: number, style: Style): Line[] {
  const large = underWay
    .filter(({ size }) => size >= LARGE_BYTES)
    .toSorted((a, b) => b.size - b.sent - (a.size - a.sent));
  const more = large.length - MOST_LARGE;
  return [
    ...large.slice(0, MOST_LARGE).map((file) => largeLine(file, width, style)),
    ...(more > 0 ? [part(`  and ${counted(more, 'more large file')}`, 'quiet')] : []),
  ];
}

/** The end of a path tells more than its beginning. */
function largeLine({ path, sent, size }: FileUnderWay, width: number, style: Style): Line {
  const share = size === 0 ? 1 : sent / size;
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`;
  const amount = `  ${bytes(sent)} of ${bytes(size)}`;
  const isWide = width >= 70;
  const before: Line = isWide
    ? [['  '], ...bar(share, BARS.narrow, style), [` ${percent}  `]]
    : [[`  ${percent}  `]];
  const tail = isWide ? amount : '';
  const room = Math.max(width - widthOf(before) - tail.length, 1);
  return [...before, [cliTruncate(printable(path), room, { position: 'start' })], [tail, 'quiet']];
}

/** What else was done, and what is under way. */
function alsoLine(state: ProgressState): Line[] {
  const { moves, totalMoves, removals, totalRemovals, failed, compared, toCompare, isCompared } = state;
  const of = (n: number, total: number, word: string): string =>
    total === 0 ? '' : `${count(n)}/${counted(total, word)}`;
  const comparing = `compared ${count(compared)}${toCompare === undefined ? '' : `/${count(toCompare)}`}`;
  const small = state.underWay.find(({ size }) => size < LARGE_BYTES);
  const parts: readonly Part[] = [
    [of(moves, totalMoves, 'move')],
    [of(removals, totalRemovals, 'removal')],
    [failed > 0 ? `${count(failed)} failed` : '', 'failed'],
    [isCompared || state.totalFiles === 0 ? '' : comparing, 'quiet'],
    [small === undefined ? '' : printable(small.path), 'quiet'],
  ];
  const shown = parts.filter(([text]) => text !== '');
  if (shown.length === 0) return [];
  return [shown.flatMap((each, at): Part[] => [[at === 0 ? '  ' : ' · '], each])];
}

function waitLine(state: ProgressState): Line[] {
  if (state.wait === undefined) return [];
  const as = state.wait.kind === 'confirming' || state.wait.kind === 'limited' ? 'quiet' : 'trouble';
  return [[['  '], [waitText(state.wait, state), as]]];
}

function stoppingLine({ isStopping, underWay }: ProgressState): Line[] {
  if (!isStopping) return [];
  const bytesLeft = underWay.reduce((sum, { sent, size }) => sum + size - sent, 0);
  const what = underWayText({ files: underWay.length, bytesLeft }) ?? 'finishing what is under way';
  return [[['  '], [`stopping: ${what}; Ctrl-C again stops at once`, 'trouble']]];
}
