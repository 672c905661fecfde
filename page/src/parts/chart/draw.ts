import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** One line of a chart. */
export interface Line {
  readonly label: string;
  /** A variable of the page's colours, like `--accent`. */
  readonly colour: string;
  readonly filled: boolean;
}

export interface Drawing {
  readonly lines: readonly Line[];
  /** How a value is written. */
  readonly text: (value: number) => string;
  readonly height: number;
  /** Called with the place that the pointer is at, from 0; undefined: it is elsewhere. */
  readonly onPointed?: ((index: number | undefined) => void) | undefined;
}

export type Data = readonly [times: readonly number[], ...lines: (readonly (number | undefined)[])[]];

/** Data as uPlot takes it: null ends a line. */
export const aligned = (data: Data): uPlot.AlignedData =>
  data.map((values) => values.map((value) => value ?? null)) as uPlot.AlignedData;

const two = (n: number): string => String(n).padStart(2, '0');

/** '09:05', and '09:05:30' where it is not a whole minute. */
function timeText(seconds: number): string {
  const at = new Date(seconds * 1000);
  const rest = at.getSeconds() === 0 ? '' : `:${two(at.getSeconds())}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}${rest}`;
}

const FONT = '11px system-ui, "DejaVu Sans", sans-serif';

/** Draws into the place; the chart is redrawn where the page's colours change, because a canvas does not follow them. */
export function draw(place: HTMLElement, { lines, text, height, onPointed }: Drawing, data: Data): uPlot {
  const colours = getComputedStyle(place);
  const colour = (name: string): string => colours.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour('--quiet'),
    font: FONT,
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    // the last time below the lines takes half of its width beside them
    padding: [8, 28, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    legend: { show: false },
    hooks: { setLegend: [(chart) => onPointed?.(chart.cursor.idx ?? undefined)] },
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(high, 1e-3) * 1.1] } },
    axes: [
      { ...axis, space: 70, size: 26, values: (_chart, splits) => splits.map(timeText) },
      { ...axis, size: 74, values: (_chart, splits) => splits.map((value) => text(value)) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 1.5,
        ...(line.filled && { fill: `${colour(line.colour)}22` }),
        points: { show: false },
      })),
    ],
  };
  return new uPlot(options, aligned(data), place);
}
