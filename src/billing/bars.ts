import { printable } from '../model/printable.ts';
import { cutInMiddle, padEndTo, padStartTo, textWidth } from '../model/text-width.ts';
import type { Chart } from './chart.ts';
import { quantities, quantity } from './quantity.ts';

export interface BarsOptions {
  /** Cells of the terminal. */
  readonly width: number;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Colours a bar; default: none. The same series has the same number everywhere. */
  readonly paint?: ((series: number, text: string) => string) | undefined;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** Below this many cells for bars, a date stands on a line of its own. */
const NARROW = 12;
/** Longer names are cut. */
const LONGEST_NAME = 32;
const GAP = '  ';

/** The picture as lines for a terminal: a bar for each series in each period, and totals. */
export function barsOf(chart: Chart, options: BarsOptions): string[] {
  const mark = options.unicode ? '…' : '...';
  const layout = layoutOf(chart, options);
  const lines: string[] = [chart.title, ''];
  for (const [column, period] of chart.periods.entries()) {
    const used = chart.series.flatMap(({ label, values }, series) => {
      const value = values[column] ?? 0;
      return value === 0 ? [] : [{ label, series, value }];
    });
    const rows = used.map(({ label, series, value }) =>
      row(cutInMiddle(printable(label), layout.name, mark), series, value, layout, options),
    );
    lines.push(...underHead(period, rows.length === 0 ? ['0'] : rows, layout));
  }
  const isOne = chart.series.length === 1;
  const names = [...chart.series.map(({ label }) => printable(label)), ...(isOne ? [] : ['all'])];
  const totals = quantities([...chart.series.map(({ total }) => total), ...(isOne ? [] : [chart.total])]);
  const widest = totals.reduce((most, { length }) => Math.max(most, length), 0);
  const totalRows = names.map((name, index) => {
    const label = padEndTo(cutInMiddle(name, layout.name, mark), layout.name);
    return `${label}${GAP}${padStartTo(totals[index] ?? '', widest)}`;
  });
  lines.push('', ...underHead('Total', totalRows, layout), '');
  lines.push(`${chart.yTitle}; ${chart.xTitle}.`, ...chart.notes);
  return lines;
}

interface Layout {
  /** Cells of dates; 0: each stands on a line of its own. */
  readonly head: number;
  readonly name: number;
  readonly bar: number;
  /** The largest value. */
  readonly most: number;
}

function layoutOf({ periods, series }: Chart, { width }: BarsOptions): Layout {
  const values = series.flatMap((each) => [...each.values]);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  const value = values.reduce((widest, each) => Math.max(widest, quantity(each).length), 1);
  const longest = series.reduce((widest, { label }) => Math.max(widest, textWidth(printable(label))), 3);
  const head = periods.reduce((widest, each) => Math.max(widest, each.length), 'Total'.length);
  const name = Math.min(longest, LONGEST_NAME, Math.max(8, Math.floor(width * 0.3)));
  const beside = width - head - name - value - GAP.length * 2 - 1;
  if (beside >= NARROW) return { head, name, bar: beside, most };
  const below = width - name - value - GAP.length * 2 - 1;
  return { head: 0, name, bar: Math.max(below, 1), most };
}

function row(name: string, series: number, value: number, layout: Layout, options: BarsOptions): string {
  const bar = barOf(value / layout.most, layout.bar, options);
  const painted = options.paint?.(series, bar) ?? bar;
  return `${padEndTo(name, layout.name)}${GAP}${painted} ${quantity(value)}`;
}

/** A share of the full width, to an eighth of a cell; what is not nothing is seen. */
function barOf(share: number, width: number, { unicode }: BarsOptions): string {
  if (!unicode) return '#'.repeat(Math.max(1, Math.round(share * width)));
  const eighths = Math.max(1, Math.round(share * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

function underHead(head: string, rows: readonly string[], layout: Layout): string[] {
  if (layout.head === 0) return [head, ...rows.map((each) => GAP + each)];
  return rows.map((each, index) => padEndTo(index === 0 ? head : '', layout.head) + GAP + each);
}
