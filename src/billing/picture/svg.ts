import { scaleBand, scaleLinear } from 'd3-scale';
import { printable } from '../../model/printable.ts';
import { cutInMiddle } from '../../model/text-width.ts';
import type { Chart } from '../chart.ts';
import { quantity } from '../quantity.ts';
import { colourOf } from './colours.ts';
import { BAND_SHARE, type Layout, layoutOf, LONGEST_NAME, NOTE_HEIGHT } from './layout.ts';
import { escaped } from './markup.ts';

const FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif";
const INK = '#1f2328';
const FAINT = '#59636e';
const GRID = '#e3e6ea';

/** The picture as one SVG document that needs nothing else: no script, no font, no other file. */
export function svgOf(chart: Chart): string {
  const layout = layoutOf(chart);
  const { width, height, notes } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" font-size="12" fill="${INK}" role="img">`,
    `<title>${escaped(chart.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(
      (layout.plot.left + layout.plot.right) / 2,
      34,
      chart.title,
      'font-size="17" font-weight="600" text-anchor="middle"',
    ),
    ...axes(chart, layout),
    ...bars(chart, layout),
    `<line x1="${layout.plot.left}" x2="${layout.plot.right}" y1="${layout.plot.bottom}" y2="${layout.plot.bottom}" stroke="${INK}"/>`,
    ...legend(chart, layout),
    ...notes.map((note, index) =>
      text(layout.plot.left, height - 12 - NOTE_HEIGHT * (notes.length - 1 - index), note, `fill="${FAINT}"`),
    ),
    '</svg>',
    '',
  ].join('\n');
}

const px = (value: number): string => String(Math.round(value * 100) / 100);

const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${px(x)}" y="${px(y)}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;

function scalesOf(chart: Chart, { plot, isGrouped }: Layout) {
  const highest = chart.periods.reduce((most, _, column) => {
    const values = chart.series.map(({ values: each }) => each[column] ?? 0);
    const top = isGrouped ? Math.max(0, ...values) : values.reduce((sum, each) => sum + each, 0);
    return Math.max(most, top);
  }, 0);
  const y = scaleLinear()
    .domain([0, highest === 0 ? 1 : highest])
    .nice(6)
    .range([plot.bottom, plot.top]);
  const x = scaleBand<number>()
    .domain(chart.periods.map((_, column) => column))
    .range([plot.left, plot.right])
    .paddingInner(1 - BAND_SHARE)
    .paddingOuter((1 - BAND_SHARE) / 2);
  return { x, y };
}

function axes(chart: Chart, layout: Layout): string[] {
  const { plot, labelEvery } = layout;
  const { x, y } = scalesOf(chart, layout);
  const rows = y
    .ticks(6)
    .flatMap((tick) => [
      `<line x1="${plot.left}" x2="${plot.right}" y1="${px(y(tick))}" y2="${px(y(tick))}" stroke="${GRID}"/>`,
      text(plot.left - 8, y(tick) + 4, quantity(tick), `text-anchor="end" fill="${FAINT}"`),
    ]);
  const columns = chart.periods.flatMap((period, column) => {
    if (column % labelEvery !== 0) return [];
    const middle = (x(column) ?? 0) + x.bandwidth() / 2;
    const turned = `text-anchor="end" fill="${FAINT}" transform="rotate(-45 ${px(middle + 4)} ${plot.bottom + 14})"`;
    return [
      `<line x1="${px(middle)}" x2="${px(middle)}" y1="${plot.bottom}" y2="${plot.bottom + 5}" stroke="${INK}"/>`,
      text(middle + 4, plot.bottom + 14, period, turned),
    ];
  });
  const centre = (plot.top + plot.bottom) / 2;
  return [
    ...rows,
    ...columns,
    text(
      24,
      centre,
      chart.yTitle,
      `text-anchor="middle" font-size="13" transform="rotate(-90 24 ${px(centre)})"`,
    ),
    text(
      (plot.left + plot.right) / 2,
      layout.height - 20 - layout.notes.length * NOTE_HEIGHT,
      chart.xTitle,
      'text-anchor="middle" font-size="13"',
    ),
  ];
}

function bars(chart: Chart, layout: Layout): string[] {
  const { plot, isGrouped, thickest } = layout;
  const { x, y } = scalesOf(chart, layout);
  const lanes = isGrouped ? Math.max(chart.series.length, 1) : 1;
  const lane = Math.min(x.bandwidth() / lanes, thickest);
  const margin = (x.bandwidth() - lane * lanes) / 2;
  const gap = isGrouped && lane > 6 ? 1 : 0;
  return chart.periods.flatMap((period, column) => {
    let base = plot.bottom;
    return chart.series.flatMap(({ label, values }, series) => {
      const value = values[column] ?? 0;
      if (value === 0) return [];
      // what is not nothing is seen
      const height = Math.max(plot.bottom - y(value), 1);
      const left = (x(column) ?? 0) + margin + (isGrouped ? series * lane + gap / 2 : 0);
      const bottom = isGrouped ? plot.bottom : base;
      base -= height;
      const tip = `${period}, ${label}: ${quantity(value)}`;
      return [
        `<rect x="${px(left)}" y="${px(bottom - height)}" width="${px(lane - gap)}" height="${px(height)}" fill="${colourOf(series)}"><title>${escaped(tip)}</title></rect>`,
      ];
    });
  });
}

function legend(chart: Chart, { legendLeft, plot }: Layout): string[] {
  const title = text(legendLeft, plot.top + 4, chart.legendTitle, 'font-size="13" font-weight="600"');
  const entries = chart.series.flatMap(({ label, total }, series) => {
    const y = plot.top + 16 + series * 22;
    const name = cutInMiddle(printable(label), LONGEST_NAME);
    return [
      `<rect x="${px(legendLeft)}" y="${y}" width="13" height="13" rx="2" fill="${colourOf(series)}"/>`,
      `<text x="${px(legendLeft + 20)}" y="${y + 11}">${escaped(name)}<title>${escaped(`${label}: ${quantity(total)}`)}</title></text>`,
    ];
  });
  return chart.series.length === 0
    ? [title, text(legendLeft, plot.top + 28, '(no use)')]
    : [title, ...entries];
}
