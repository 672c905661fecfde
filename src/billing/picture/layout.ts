import { textWidth } from '../../model/text-width.ts';
import { printable } from '../../model/printable.ts';
import type { Chart } from '../chart.ts';
import type { Granularity } from '../usage.ts';

/** Where the parts of a picture are, in pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  };
  /** The left edge of the legend. */
  readonly legendLeft: number;
  /** Bars of one period beside each other; else on top of each other. */
  readonly isGrouped: boolean;
  /** The width of a bar, at most. */
  readonly thickest: number;
  /** Every so many periods has its label. */
  readonly labelEvery: number;
  /** Sentences below the picture. */
  readonly notes: readonly string[];
}

/** Pixels of a character of the labels, which are 12 high. */
const CHARACTER = 6.9;
/** Characters of a name in the legend; longer ones are cut. */
export const LONGEST_NAME = 28;
const PLOT_WIDTHS = { least: 640, most: 1600 };
const PLOT_HEIGHT = 400;
const TOP = 64;
/** Bars narrower than this are not told apart: then they stand on top of each other. */
const THINNEST = 2.5;
/** Of the width of a period, what its bars take. */
export const BAND_SHARE = 0.8;
/** Pixels between the beginnings of turned labels. */
const LABEL_SPACE = 18;
const THICKEST = 72;
export const NOTE_HEIGHT = 18;
/** Numbers of periods after which one has a label: whole days of hours, weeks of days, quarters of months. */
const STEPS: Readonly<Record<Granularity, readonly number[]>> = {
  hour: [1, 2, 3, 6, 12, 24, 48, 168],
  day: [1, 2, 7, 14, 28, 56],
  month: [1, 3, 6, 12],
};

export function layoutOf(chart: Chart): Layout {
  const { least, most } = PLOT_WIDTHS;
  const bars = chart.periods.length * Math.max(chart.series.length, 1);
  const comfortable = (bars * 8) / BAND_SHARE;
  const plotWidth = Math.round(Math.min(Math.max(comfortable, least), most));
  const isGrouped = chart.series.length < 2 || (plotWidth * BAND_SHARE) / bars >= THINNEST;
  const band = plotWidth / Math.max(chart.periods.length, 1);
  const sparse = LABEL_SPACE / band;
  const labelEvery = STEPS[chart.granularity].find((step) => step >= sparse) ?? Math.ceil(sparse);
  const names = chart.series.map(({ label }) => Math.min(textWidth(printable(label)), LONGEST_NAME));
  const legendWidth = Math.max(chart.legendTitle.length, ...names) * CHARACTER + 30;
  const longestPeriod = chart.periods.reduce((longest, each) => Math.max(longest, each.length), 0);
  const notes = isGrouped
    ? chart.notes
    : [...chart.notes, `One bar for each ${chart.granularity}: its parts stand on top of each other.`];
  const left = 76;
  const bottom = TOP + PLOT_HEIGHT;
  const legendLeft = left + plotWidth + 24;
  return {
    width: Math.ceil(legendLeft + legendWidth + 16),
    height: Math.ceil(bottom + longestPeriod * CHARACTER * Math.SQRT1_2 + 56 + notes.length * NOTE_HEIGHT),
    plot: { left, top: TOP, right: left + plotWidth, bottom },
    legendLeft,
    isGrouped,
    thickest: THICKEST,
    labelEvery,
    notes,
  };
}
