import { printable } from '../../../model/printable.ts';
import { padEndTo, padStartTo, textWidth } from '../../../model/text-width.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { csvLine } from './csv.ts';
import { fieldText, type Field, type Row, titleOf } from './fields.ts';
import type { Format, Lines, SharedFlags } from '../run.ts';

interface Outputs {
  readonly out: Lines;
  readonly err: Lines;
  readonly host: { readonly stdout: { readonly isTTY?: boolean } };
}

type OutputFlags = { readonly [K in 'json' | 'format' | 'fields']?: SharedFlags[K] | undefined };

export interface PrintedRows {
  readonly rows: readonly Row[];
  readonly fields: readonly Field[];
  /** Said on stderr when there are none: 'no workspaces'. */
  readonly none: string;
}

/** Prints a list as the flags ask. Rejects with `usage` a field that no row has. */
export function printRows({ out, err, host }: Outputs, printed: PrintedRows, flags: OutputFlags): void {
  const { rows, none } = printed;
  const format = formatOf(flags);
  const fields = chosenFields(printed, flags, ({ isListed }) => isListed === true);
  switch (format) {
    case 'json':
      for (const row of rows) out.line(jsonLine(keptOf(row, flags)));
      break;
    case 'csv':
      out.line(csvLine(fields.map(({ key }) => key)));
      for (const row of rows)
        out.line(
          csvLine(
            fields.map(({ key }) => row[key]),
            { isTerminal: host.stdout.isTTY === true },
          ),
        );
      break;
    case 'text':
      if (rows.length > 0) for (const line of alignedRows(rows, fields)) out.line(line);
      break;
    default:
      format satisfies never;
  }
  if (rows.length === 0) err.line(`stagesync: ${none}`);
}

/** Prints one thing: a line for each field that has a value. */
export function printRow(
  { out }: Pick<Outputs, 'out'>,
  row: Row,
  allFields: readonly Field[],
  flags: OutputFlags,
): void {
  if (formatOf(flags) === 'json') return out.line(jsonLine(keptOf(row, flags)));
  const fields = chosenFields({ rows: [row], fields: allFields }, flags, () => true);
  const shown = fields.flatMap((field) => {
    const text = fieldText(row, field);
    return text === undefined ? [] : [[titleOf(field).toLowerCase(), printable(text)] as const];
  });
  const width = shown.reduce((widest, [title]) => Math.max(widest, title.length), 0);
  for (const [title, text] of shown) out.line(`${title.padEnd(width)}  ${text}`);
}

export function formatOf({ json, format }: OutputFlags): Format {
  if (json === true && format !== undefined && format !== 'json')
    throw usageError(`--json and --format ${format} are two formats: leave out one of them`);
  return json === true ? 'json' : (format ?? 'text');
}

/** JSON in which what a terminal could obey, or not show, is written as `\\u009b`: the same value for whoever reads it. */
const jsonLine = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

function keptOf(row: Row, { fields }: OutputFlags): Row {
  if (fields === undefined) return row;
  return Object.fromEntries(fields.map((key) => [key, row[key] ?? null]));
}

/** The fields that --fields names, those that are not known to us too; else those that are shown by default. */
function chosenFields(
  { rows, fields }: Pick<PrintedRows, 'rows' | 'fields'>,
  { fields: keys }: OutputFlags,
  byDefault: (field: Field) => boolean,
): readonly Field[] {
  if (keys === undefined) return fields.filter(byDefault);
  const byKey = new Map(fields.map((field) => [field.key, field]));
  return keys.map((key) => {
    const known = byKey.get(key);
    if (known !== undefined || rows.length === 0) return known ?? { key };
    if (rows.some((row) => Object.hasOwn(row, key))) return { key };
    const names = [...new Set([...byKey.keys(), ...rows.flatMap((row) => Object.keys(row))])];
    throw usageError(`there is no field ${printable(key)}; there are ${names.map(printable).join(', ')}`);
  });
}

const GAP = '  ';

/** Columns without boxes, as wide as their longest text; numbers stand to the right. */
export function alignedRows(rows: readonly Row[], fields: readonly Field[]): string[] {
  const columns = fields.map((field) => {
    const texts = rows.map((row) => printable(fieldText(row, field) ?? '-'));
    const isNumeric = rows.some((row) => typeof row[field.key] === 'number');
    const width = [titleOf(field), ...texts].reduce((widest, text) => Math.max(widest, textWidth(text)), 0);
    return { head: titleOf(field), texts, width, pad: isNumeric ? padStartTo : padEndTo };
  });
  const line = (textOf: (column: (typeof columns)[number]) => string): string =>
    columns
      .map((column) => column.pad(textOf(column), column.width))
      .join(GAP)
      .trimEnd();
  return [line(({ head }) => head), ...rows.map((_, at) => line(({ texts }) => texts[at] ?? ''))];
}
