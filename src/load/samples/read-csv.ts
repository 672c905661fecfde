import { CsvColumns } from '../inference/csv/csv-columns.ts';
import { CsvReader, type CsvDialect, type CsvRow } from '../inference/csv/csv-reader.ts';
import { findDialect, headRows } from '../inference/csv/find-dialect.ts';
import { findHeader } from '../inference/csv/find-header.ts';
import type { Finding } from '../inference/columns/column-choice.ts';
import type { FileFormat, InferredColumn } from '../inference/inferred-table.ts';
import { safeNames } from '../inference/names/safe-names.ts';
import type { DetectedFormat } from './file-format.ts';
import type { InferOptions, KindReader } from './kind-reader.ts';
import type { ReadBudget, SampleFile } from './sample-file.ts';
import { textPieces } from './text-pieces.ts';
import { unreadable } from './unreadable.ts';

/** Characters that the dialect is found in. */
const HEAD = 256 * 1024;

interface Shape {
  readonly dialect: CsvDialect;
  readonly hasHeader: boolean;
  readonly headerReason: string;
  readonly first: CsvRow;
  /** The file whose shape it is. */
  readonly file: string;
}

/** Reads CSV files that have one dialect and the same columns. */
export class CsvFiles implements KindReader {
  readonly #options: InferOptions;
  readonly #findings: Finding[] = [];
  readonly #lineEnds = { crlf: 0, lf: 0 };
  #shape: Shape | undefined;
  #columns: CsvColumns | undefined;

  constructor(options: InferOptions) {
    this.#options = options;
  }

  async add(file: SampleFile, detected: DetectedFormat, budget: ReadBudget): Promise<boolean> {
    const { compression, isTabs } = detected;
    let reader: CsvReader | undefined;
    const reading = textPieces(file, { compression, budget, line: () => reader?.line ?? 1 });
    let head = '';
    for await (const piece of reading.pieces) {
      if (reader === undefined) {
        head += piece;
        if (head.length < HEAD) continue;
        reader = this.#begin(file, head, { isTabs, isWhole: false });
        if (!this.#take(file, reader.push(head), budget)) return false;
        head = '';
      } else if (!this.#take(file, reader.push(piece), budget)) return false;
    }
    const isWhole = reading.isWhole();
    if (reader === undefined && head.trim() === '') {
      this.#note(file, 'note', 'it is empty');
      return isWhole;
    }
    if (reader === undefined) {
      reader = this.#begin(file, head, { isTabs, isWhole });
      if (!this.#take(file, reader.push(head), budget)) return false;
    }
    if (isWhole && !this.#take(file, reader.end(), budget)) return false;
    this.#checkEnds(file, reader, reading.hasMark());
    return isWhole;
  }

  /** The dialect and the names of the first file; those of the others are to be the same. */
  #begin(
    file: SampleFile,
    head: string,
    { isTabs, isWhole }: { readonly isTabs: boolean; readonly isWhole: boolean },
  ): CsvReader {
    if (head.includes('\0')) throw unreadable(file.name, undefined, 'it is no text: it has zero bytes');
    if (!head.includes('\n') && head.includes('\r'))
      throw unreadable(
        file.name,
        undefined,
        "its lines end in CR alone: convert it, as with \"tr '\\r' '\\n'\"",
      );
    const shape = this.#shapeOf(file, head, { isTabs, isWhole });
    if (this.#shape === undefined) {
      this.#shape = shape;
      const names = shape.hasHeader ? shape.first.fields : undefined;
      this.#columns = new CsvColumns({
        names,
        width: shape.first.fields.length,
        nullWords: this.#options.nullWords,
        isEscaped: shape.dialect.escape !== '',
      });
    } else checkSame(this.#shape, shape, file);
    return new CsvReader(this.#shape.dialect);
  }

  #shapeOf(
    file: SampleFile,
    head: string,
    { isTabs, isWhole }: { readonly isTabs: boolean; readonly isWhole: boolean },
  ): Shape {
    const { delimiter, header } = this.#options;
    const dialect = findDialect(head, { delimiter, isTabs }, isWhole);
    const rows = headRows(head, dialect, isWhole);
    const first = rows[0];
    if (first === undefined)
      throw unreadable(file.name, 1, `its first row is longer than ${HEAD} characters`);
    const found = findHeader(rows);
    const hasHeader = header ?? found.isThere;
    const headerReason = header === undefined ? found.reason : 'as the flag says';
    return { dialect, hasHeader, headerReason, first, file: file.name };
  }

  /** False when the budget is spent. */
  #take(file: SampleFile, rows: Iterable<CsvRow>, budget: ReadBudget): boolean {
    const columns = this.#columns!;
    const { hasHeader } = this.#shape!;
    try {
      for (const row of rows) {
        if (row.line === 1 && hasHeader) continue;
        if (budget.rows >= budget.mostRows) return false;
        columns.add(row, file.name);
        budget.rows++;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw unreadable(
        file.name,
        undefined,
        'a row of more than 4 MB: an opening quote that is not closed?',
        error,
      );
    }
    return true;
  }

  #checkEnds(file: SampleFile, { lineEnds }: CsvReader, hasMark: boolean): void {
    this.#lineEnds.crlf += lineEnds.crlf;
    this.#lineEnds.lf += lineEnds.lf;
    if (hasMark && !this.#shape!.hasHeader)
      this.#note(
        file,
        'problem',
        'it begins with a byte order mark, which becomes part of its first value: take it out',
      );
  }

  #note(file: SampleFile, severity: Finding['severity'], message: string): void {
    this.#findings.push({ severity, column: undefined, message, at: { file: file.name, line: 1 } });
  }

  finish({ readAll }: { readonly readAll: boolean }): {
    readonly format: FileFormat;
    readonly columns: readonly InferredColumn[];
    readonly findings: readonly Finding[];
  } {
    const shape = this.#shape;
    if (shape === undefined || this.#columns === undefined)
      throw unreadable(
        this.#findings[0]?.at?.file ?? 'the files',
        undefined,
        'there is nothing in it: no names and no values',
      );
    const { dateOrder } = this.#options;
    const decimalComma = shape.dialect.delimiter !== ',';
    const found = this.#columns.finish({ readAll, dateOrder, decimalComma });
    const safe = safeNames(found.names, (n) => `column_${n + 1}`);
    const columns = found.choices.map((choice, n) => {
      const { name, changed } = safe[n]!;
      const source = found.names[n] ?? '';
      return { ...choice, name, source, renamed: shape.hasHeader ? changed : undefined, path: [] };
    });
    const { crlf, lf } = this.#lineEnds;
    const mixed: Finding[] =
      crlf > 0 && lf > 0
        ? [
            {
              severity: 'problem',
              column: undefined,
              message: `${crlf} rows end in CR LF and ${lf} in LF: a pipeline takes one of the two; mend the files`,
              at: undefined,
            },
          ]
        : [];
    return {
      format: {
        kind: 'csv',
        dialect: shape.dialect,
        lineEnd: crlf > lf ? '\r\n' : '\n',
        hasHeader: shape.hasHeader,
        headerReason: shape.headerReason,
        isRagged: found.isRagged,
        nullWord: found.nullWord,
        nullInQuotes: found.nullInQuotes,
      },
      columns,
      findings: [...this.#findings, ...mixed, ...found.findings],
    };
  }
}

/** One pipeline reads columns by their places: all files need the same. */
function checkSame(known: Shape, shape: Shape, file: SampleFile): void {
  const differs = (what: string): never => {
    throw unreadable(
      file.name,
      1,
      `it has ${what} than ${known.file}: one pipeline cannot read both; name files of one kind, with a pattern in quotes: '*.csv'`,
    );
  };
  const { dialect, first } = shape;
  // a file of one column, or with few rows, has no delimiter that could be told
  if (first.fields.length > 1 && dialect.delimiter !== known.dialect.delimiter) differs('another delimiter');
  if (known.hasHeader && first.fields.length === 1 && known.first.fields.length > 1)
    return differs('other columns');
  if (!known.hasHeader || !shape.hasHeader) {
    if (known.hasHeader) differs('no row of names, other');
    return;
  }
  const at = known.first.fields.findIndex((name, n) => first.fields[n]?.trim() !== name.trim());
  if (at !== -1 || first.fields.length !== known.first.fields.length)
    differs('other columns, or another order,');
}
