import { chooseType } from '../inference/columns/choose-type.ts';
import type { ColumnChoice, Finding } from '../inference/columns/column-choice.ts';
import type { FileFormat, InferredColumn } from '../inference/inferred-table.ts';
import { JsonFields, type JsonColumn } from '../inference/json/json-fields.ts';
import { JsonReader, parseJson, type JsonText } from '../inference/json/json-reader.ts';
import { safeNames } from '../inference/names/safe-names.ts';
import type { DetectedFormat } from './file-format.ts';
import type { InferOptions, KindReader } from './kind-reader.ts';
import type { ReadBudget, SampleFile } from './sample-file.ts';
import { textPieces } from './text-pieces.ts';
import { unreadable } from './unreadable.ts';

/** Texts that are no JSON are told one by one up to so many. */
const MOST_TOLD = 5;

/** Reads JSON files: lines, values one after the other, or one array. */
export class JsonFiles implements KindReader {
  readonly #options: InferOptions;
  readonly #fields = new JsonFields();
  readonly #findings: Finding[] = [];
  #broken = 0;
  #plain: { readonly file: string; readonly line: number } | undefined;
  #isArray = false;

  constructor(options: InferOptions) {
    this.#options = options;
  }

  async add(file: SampleFile, { compression }: DetectedFormat, budget: ReadBudget): Promise<boolean> {
    const reader = new JsonReader();
    const reading = textPieces(file, { compression, budget, line: () => reader.line });
    try {
      for await (const piece of reading.pieces)
        if (!this.#take(file, reader.push(piece), budget)) return false;
      if (reading.isWhole() && !this.#take(file, reader.end(), budget)) return false;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw unreadable(
        file.name,
        reader.line,
        'a value of more than 64 MB: a bracket that is not closed?',
        error,
      );
    }
    this.#isArray ||= reader.isArray;
    return reading.isWhole();
  }

  #take(file: SampleFile, values: Iterable<JsonText>, budget: ReadBudget): boolean {
    for (const { text, line } of values) {
      if (budget.rows >= budget.mostRows) return false;
      const at = { file: file.name, line };
      let value: unknown;
      try {
        value = parseJson(text);
      } catch {
        if (++this.#broken <= MOST_TOLD)
          this.#findings.push({
            severity: 'problem',
            column: undefined,
            message: 'this is no JSON: the pipeline will skip the file',
            at,
          });
        continue;
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#plain ??= at;
      else this.#fields.add(value, at);
      budget.rows++;
    }
    return true;
  }

  finish({ readAll }: { readonly readAll: boolean }): {
    readonly format: FileFormat;
    readonly columns: readonly InferredColumn[];
    readonly findings: readonly Finding[];
  } {
    const found = this.#fields.columns().filter(({ path }) => !path.includes(''));
    if (found.length === 0) {
      const at = this.#plain ?? this.#findings[0]?.at;
      throw unreadable(
        at?.file ?? 'the files',
        at?.line,
        'there are no objects with fields in it, which become the rows and columns',
      );
    }
    if (this.#plain !== undefined)
      this.#findings.push({
        severity: 'problem',
        column: undefined,
        message: 'this value is no object, and has no columns',
        at: this.#plain,
      });
    const names = found.map(({ path }) => path.join('_'));
    const safe = safeNames(names, (n) => `column_${n + 1}`);
    const columns = found.map((column, n): InferredColumn => {
      const { name, changed } = safe[n]!;
      const renamed = column.path.length === 1 ? changed : changed === undefined ? undefined : changed;
      return {
        ...this.#choose(column, readAll),
        name,
        source: column.path.join('::'),
        renamed,
        path: column.path,
      };
    });
    return { format: { kind: 'json', isArray: this.#isArray }, columns, findings: this.#findings };
  }

  #choose({ path, scalar, nested, nestedWhy }: JsonColumn, readAll: boolean): ColumnChoice {
    const nullable = !readAll || scalar.nulls > 0;
    if (nested === undefined)
      return chooseType(scalar, {
        name: path.at(-1) ?? '',
        format: 'json',
        readAll,
        dateOrder: this.#options.dateOrder,
        decimalComma: false,
        commaElsewhere: false,
      });
    const type = nested === 'json' ? 'JSON' : 'LONGTEXT';
    return { type, nullable, reason: nestedWhy, conversion: [], findings: [] };
  }
}
