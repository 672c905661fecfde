import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { styleText } from 'node:util';
import { barsOf } from '../../../billing/bars.ts';
import type { Chart } from '../../../billing/chart.ts';
import { configError, usageError } from '../../../jobs/usage-errors.ts';
import { messageOf } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import type { RunHost } from '../../management/run.ts';

const COLOURS = [
  'blueBright',
  'yellow',
  'redBright',
  'cyan',
  'green',
  'magentaBright',
  'magenta',
  'cyanBright',
  'red',
  'gray',
] as const;

/** Without a terminal, or where it says 0: the width that fits everywhere. */
const WIDTH = 80;

/** The lines of a picture for the terminal that stdout is. */
export function terminalPlot(chart: Chart, host: RunHost, { ascii }: { readonly ascii: boolean }): string[] {
  const { env, stdout } = host;
  const isColoured =
    stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb' && chart.series.length > 1;
  return barsOf(chart, {
    width: stdout.columns || WIDTH,
    unicode: !ascii && isUtf8(env),
    paint: isColoured
      ? (series, text) => styleText(COLOURS[series % COLOURS.length]!, text, { validateStream: false })
      : undefined,
  });
}

/** As the C library decides it: the first of these variables that is set counts. */
function isUtf8(env: RunHost['env']): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale);
}

const KINDS = ['.svg', '.html'] as const;

/** The name of a picture's file, absolute. Rejects with `usage` any other kind of file, before anything is asked. */
export function plotFile(name: string, host: RunHost): string {
  const kind = extname(name).toLowerCase();
  if (!KINDS.some((each) => each === kind))
    throw usageError(`--plot-file ${printable(name)} must end in ${KINDS.join(' or ')}`);
  return resolve(host.cwd, name);
}

/** Writes the picture into a file; a page has the numbers too. Rejects with `config` where it cannot be written. */
export async function writePlot(file: string, chart: Chart): Promise<void> {
  const isPage = extname(file).toLowerCase() === '.html';
  const text = isPage
    ? (await import('../../../billing/picture/html.ts')).htmlOf(chart)
    : (await import('../../../billing/picture/svg.ts')).svgOf(chart);
  await writeFile(file, text).catch((error: unknown) => {
    throw configError(`cannot write --plot-file ${printable(file)}: ${messageOf(error)}`, error);
  });
}
