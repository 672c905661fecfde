import { familyOf, kindOf } from '../values/value-kinds.ts';
import { CsvReader, type CsvDialect, type CsvRow } from './csv-reader.ts';

/** Delimiters that are tried, the usual ones first. */
const DELIMITERS = [',', ';', '\t', '|', '\u0001'];
/** Rows that are looked at. */
const ROWS = 500;

export interface DialectHints {
  readonly delimiter: string | undefined;
  /** The name of the file ends in .tsv. */
  readonly isTabs: boolean;
}

/**
 * The dialect in which the beginning of a file has rows of the same number of fields. A file in which no delimiter does that has
 * one column.
 *
 * `isWhole`: the text is the whole file, so that its last row counts too.
 */
export function findDialect(head: string, { delimiter, isTabs }: DialectHints, isWhole: boolean): CsvDialect {
  const quote = prefersSingleQuotes(head) ? "'" : '"';
  const tried = delimiter !== undefined ? [delimiter] : isTabs ? ['\t', ...DELIMITERS] : DELIMITERS;
  const escapes = head.includes('\\') ? (['', '\\'] as const) : ([''] as const);
  let best: { readonly dialect: CsvDialect; readonly score: number } | undefined;
  for (const each of tried)
    for (const escape of escapes) {
      const dialect: CsvDialect = { delimiter: each, quote, escape };
      const rows = headRows(head, dialect, isWhole);
      const score = agreement(rows) + typedShare(rows) / 10;
      if (best === undefined || score > best.score) best = { dialect, score };
    }
  return best!.dialect;
}

/** The rows of the beginning of a file; the last one only where it is whole. */
export function headRows(head: string, dialect: CsvDialect, isWhole: boolean): readonly CsvRow[] {
  const reader = new CsvReader(dialect);
  const rows = [...reader.push(head).take(ROWS)];
  return isWhole && rows.length < ROWS ? [...rows, ...reader.end()] : rows;
}

/**
 * How well the rows agree in their number of fields: 0 for one column; else the share of rows that have the usual number, and a
 * little for each field. Rows with stray quotes count against it. Blank lines say nothing.
 */
function agreement(rows: readonly CsvRow[]): number {
  const counts = new Map<number, number>();
  let all = 0;
  let malformed = 0;
  for (const row of rows) {
    const { fields } = row;
    if (fields.length === 1 && fields[0] === '') continue;
    all++;
    if (row.malformed) malformed++;
    counts.set(fields.length, (counts.get(fields.length) ?? 0) + 1);
  }
  const [fields, agreeing] = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
  const clean = -malformed / Math.max(all, 1);
  return fields === 1 ? clean : (2 * agreeing) / all + clean + Math.min(fields, 100) / 10_000;
}

/**
 * The share of fields that are numbers, dates and the like: the wrong delimiter cuts them into pieces that are none. Fields that
 * begin with a space, as words after a comma do, count against it.
 */
function typedShare(rows: readonly CsvRow[]): number {
  const fields = rows.slice(0, 50).flatMap((row) => row.fields);
  const typed = fields.filter((field) => familyOf(kindOf(field.trim())) !== 'text');
  const spaced = fields.filter((field) => field.startsWith(' '));
  return (typed.length - spaced.length / 2) / Math.max(fields.length, 1);
}

/** Fields in single quotes, and none in double ones. */
function prefersSingleQuotes(head: string): boolean {
  if (/(?:^|[,;\t|])"/m.test(head)) return false;
  return [...head.matchAll(/(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n]|$)/gm)].length >= 3;
}
