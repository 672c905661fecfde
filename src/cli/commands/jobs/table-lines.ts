import { printable } from '../../../model/printable.ts';
import { padEndTo, textWidth } from '../../../model/text-width.ts';

/** Rows with their columns below each other; cells are made printable. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of cells)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, textWidth(cell));
  return cells.map((row) =>
    row
      .map((cell, at) => padEndTo(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
