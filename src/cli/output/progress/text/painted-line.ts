import cliTruncate from 'cli-truncate';
import type { Paint, Style } from './style.ts';

/** A piece of a line, and how it is painted. */
export type Part = readonly [text: string, as?: Paint];
export type Line = readonly Part[];

export const part = (text: string, as?: Paint): Line => (as === undefined ? [[text]] : [[text, as]]);

/** In columns, of a line in which every character takes one. */
export const widthOf = (line: Line): number => line.reduce((sum, [text]) => sum + text.length, 0);

/** The lines as a terminal of so many columns shows them; none of them reaches the last column. */
export function painted(
  lines: readonly Line[],
  { columns, style }: { readonly columns: number; readonly style: Style },
): string {
  return lines
    .map((line) =>
      line.map(([text, as]) => (as === undefined || text === '' ? text : style.paint(text, as))).join(''),
    )
    .map((line) => cliTruncate(line, roomIn(columns), { position: 'end' }))
    .join('\n');
}

/** Columns of a terminal that a line may take: at the last one some terminals begin a new line. */
export const roomIn = (columns: number): number => Math.max(columns - 1, 1);

/** The part of a bar that is done, and the one that is open, in so many columns. */
export function bar(share: number, size: number, { bar: [done, open] }: Style): Line {
  const filled = Math.floor(share * size);
  return [['['], [done.repeat(filled), 'done'], [open.repeat(size - filled), 'quiet'], [']']];
}

/** ' 42%' */
export const percentText = (share: number): string => `${String(Math.floor(share * 100)).padStart(3)}%`;
