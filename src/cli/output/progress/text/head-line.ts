import { bytes, count, counted, duration } from '../../quantities.ts';
import { bar, part, percentText, widthOf, type Line } from './painted-line.ts';
import type { ProgressState } from '../progress-state.ts';
import { comparedShare, doneShare, timeLeftMs } from '../share.ts';
import type { Style } from './style.ts';

/** Columns of the bar. It depends on the terminal alone, so that it does not jump while the numbers grow. */
export const BARS = { wide: 24, narrow: 10 } as const;
const WIDE = 100;

export interface HeadOptions {
  /** In columns. */
  readonly room: number;
  readonly style: Style;
}

/** How far a run is, in one line. A narrow terminal gets the parts that matter most. */
export function headLine(state: ProgressState, options: HeadOptions): Line {
  if (state.totalFiles === 0) return beforeLine(state, options);
  if (state.areTotalsKnown) return totalLine(state, options);
  const rate = rateText(state);
  const known = state.totalFiles > state.files ? `, ${count(state.totalFiles)} known so far` : '';
  const { doing, noun } = state.words;
  const amount = state.totalBytes === 0 ? '' : `  ${bytes(state.bytes)}`;
  return part(`${doing}: ${counted(state.files, noun)}${amount}${rate === '' ? '' : `  ${rate}`}${known}`);
}

/** Before anything is known to be done. */
function beforeLine(state: ProgressState, options: HeadOptions): Line {
  const share = comparedShare(state);
  const text = beforeText(state);
  const withShare = share === undefined ? undefined : shareLine(share, [text], options);
  return withShare !== undefined && widthOf(withShare) <= options.room ? withShare : part(text);
}

/** 'comparing: 1,200 of about 5,000 entries', 'looking: found 12 so far'. */
export function beforeText(state: ProgressState): string {
  const { compared, isCompared, words } = state;
  if (words.before === 'looking')
    return compared === 0 ? 'looking' : `looking: found ${count(compared)} so far`;
  if (isCompared) return `compared ${count(compared)} entries`;
  if (compared === 0) return 'comparing: listing both ends';
  return `comparing: ${count(compared)}${ofText(state)} entries`;
}

/** ' of 5,000', ' of about 5,000' where an earlier run counted them, '' where nobody knows. */
export function ofText({ compared, toCompare, expected }: ProgressState): string {
  if (toCompare !== undefined) return ` of ${count(toCompare)}`;
  // an estimate that turned out to be wrong helps nobody
  return expected === undefined || expected < compared ? '' : ` of about ${count(expected)}`;
}

/** As wide as rate and time left usually are, for as long as they are not known: what is beside them is not to jump. */
const USUAL = { rate: '999 kB/s', left: '10m 10s left' } as const;

function totalLine(state: ProgressState, { room, style }: HeadOptions): Line {
  const share = doneShare(state);
  const files = `${count(state.files)}/${counted(state.totalFiles, state.words.noun)}`;
  const isMeasured = state.totalBytes > 0;
  const amount = isMeasured ? `${bytes(state.bytes)} of ${bytes(state.totalBytes)}` : '';
  const rate = rateText(state);
  const leftMs = timeLeftMs(state, share);
  const left = leftMs === undefined ? '' : `${duration(leftMs)} left`;
  const texts = { files, amount, rate, left };
  const widest = { ...texts, rate: isMeasured && rate === '' ? USUAL.rate : rate, left: left || USUAL.left };
  const fits = (form: Form): boolean => widthOf(form(widest)) <= room;
  const forms: readonly Form[] = [
    (t) => shareLine(share, [t.files, t.amount, t.rate, t.left], { room, style }),
    (t) => shareLine(share, [t.files, t.rate, t.left], { room, style }),
    (t) => part(percentText(share) + after([t.files, t.rate, t.left])),
    (t) => part(percentText(share) + after([t.files, t.left])),
    (t) => part(percentText(share) + after([t.files])),
  ];
  return (forms.find(fits) ?? forms.at(-1)!)(texts);
}

/** A way to write a line, from the one that tells most to the one that needs least room. */
type Form = (texts: {
  readonly files: string;
  readonly amount: string;
  readonly rate: string;
  readonly left: string;
}) => Line;

/** A bar with its percentage, and these texts behind it. */
function shareLine(share: number, texts: readonly string[], { room, style }: HeadOptions): Line {
  const size = room >= WIDE ? BARS.wide : BARS.narrow;
  return [...bar(share, size, style), [` ${percentText(share)}${after(texts)}`]];
}

const after = (texts: readonly string[]): string =>
  texts
    .filter((text) => text !== '')
    .map((text) => `  ${text}`)
    .join('');

const rateText = ({ bytesPerSecond, totalBytes }: ProgressState): string =>
  bytesPerSecond === undefined || totalBytes === 0 ? '' : `${bytes(bytesPerSecond)}/s`;
