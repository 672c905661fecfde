import { styleText } from 'node:util';

/** How a display is drawn. What it says is in the words: colours only help. */
export interface Style {
  /** The done and the open part of a bar, one column each. */
  readonly bar: readonly [done: string, open: string];
  readonly paint: (text: string, as: Paint) => string;
}

/** done: green; open, quiet: grey; trouble: yellow; failed: red. */
export type Paint = 'done' | 'quiet' | 'trouble' | 'failed';

const FORMATS = { done: 'green', quiet: 'gray', trouble: 'yellow', failed: 'red' } as const;

/** Letters and ASCII alone, without colours. */
export const PLAIN: Style = { bar: ['#', '-'], paint: (text) => text };

/** As the terminal and its user want it: NO_COLOR, FORCE_COLOR and the locale are looked at. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const isUtf8 = /utf-?8/i.test(locale) || env['WT_SESSION'] !== undefined;
  const noColor = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  const isColoured = stream.isTTY === true && !noColor && env['TERM'] !== 'dumb';
  return {
    bar: isUtf8 ? ['━', '─'] : PLAIN.bar,
    paint: isColoured ? (text, as) => styleText(FORMATS[as], text, { validateStream: false }) : PLAIN.paint,
  };
}
