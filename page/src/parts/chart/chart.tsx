import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { useStore } from '../../live/store.ts';
import { clockTime } from '../../text/times.ts';
import { theme } from '../theme.ts';
import type { Data, Drawing } from './draw.ts';

const DARK = '(prefers-color-scheme: dark)';

/** Whether the machine asks for dark colours now. */
function useDarkMachine(): boolean {
  const [isDark, setDark] = useState(matchMedia(DARK).matches);
  useEffect(() => {
    const query = matchMedia(DARK);
    const follow = (): void => setDark(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  return isDark;
}

/** The values where the pointer is, or the latest, each with the mark of its line. */
function Values({
  drawing,
  data,
  at,
}: {
  readonly drawing: Drawing;
  readonly data: Data;
  readonly at: number | undefined;
}) {
  const [times, ...lines] = data;
  const time = at === undefined ? undefined : times[at];
  return (
    <span class="values">
      {drawing.lines.map((line, which) => {
        const value = lines[which]?.[at ?? times.length - 1];
        return (
          <span key={line.label}>
            <span class={`line ${line.colour.slice(2)}`} />
            {line.label} <strong>{value === undefined ? '-' : drawing.text(value)}</strong>
          </span>
        );
      })}
      <span class="quiet">{time === undefined ? 'now' : clockTime(time * 1000).slice(11)}</span>
    </span>
  );
}

/** Lines over time. What draws them is loaded with the first chart. `label` says in words what the lines show. */
export function Chart({
  title,
  label,
  drawing,
  data,
}: {
  readonly title: string;
  readonly label: string;
  readonly drawing: Drawing;
  readonly data: Data;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const latest = useRef(data);
  latest.current = data;
  const chosen = useStore(theme);
  const isDark = useDarkMachine();
  useEffect(() => {
    let ended = false;
    let resized: ResizeObserver | undefined;
    void import('./draw.ts').then(({ draw }) => {
      if (ended || place.current === null) return;
      const made = draw(place.current, { ...drawing, onPointed: setPointed }, latest.current);
      chart.current = made;
      resized = new ResizeObserver(([entry]) => {
        if (entry !== undefined) made.setSize({ width: entry.contentRect.width, height: drawing.height });
      });
      resized.observe(place.current);
    });
    return () => {
      ended = true;
      resized?.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [drawing, chosen, isDark]);
  useEffect(() => {
    void import('./draw.ts').then(({ aligned }) => chart.current?.setData(aligned(data)));
  }, [data]);
  return (
    <figure class="chart">
      <figcaption>
        {title}
        <Values drawing={drawing} data={data} at={pointed} />
      </figcaption>
      <div ref={place} role="img" aria-label={label} />
    </figure>
  );
}
