import { printable } from '../../../model/printable.ts';

/** What programs for tables take for a formula. */
const FORMULA = /^[=+\-@]/;

/**
 * A row of values as RFC 4180 has it. A text that would be a formula gets an apostrophe in front of it; numbers stay as they are.
 * For a terminal, what could steer it is escaped.
 */
export const csvLine = (
  values: readonly unknown[],
  { isTerminal }: { readonly isTerminal: boolean } = { isTerminal: false },
): string => values.map((value) => csvValue(value, isTerminal)).join(',');

function csvValue(value: unknown, isTerminal: boolean): string {
  const text = typeof value === 'string' ? value : value === null ? '' : (JSON.stringify(value) ?? '');
  const inert = typeof value === 'string' && FORMULA.test(value) ? `'${text}` : text;
  const shown = isTerminal ? printable(inert) : inert;
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
