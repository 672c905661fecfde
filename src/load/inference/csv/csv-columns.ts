import { chooseType } from '../columns/choose-type.ts';
import type { ChoiceOptions, ColumnChoice, ConversionStep, Finding } from '../columns/column-choice.ts';
import { SeenColumn, type Place } from '../columns/seen-column.ts';
import type { CsvRow } from './csv-reader.ts';

/** Words that are NULL wherever they stand without quotes. */
const NULL_WORDS: ReadonlySet<string> = new Set(['', String.raw`\N`, 'NULL']);
/** A table of SingleStore has no more columns. */
const MOST_COLUMNS = 4096;

export interface CsvColumnsOptions {
  /** The names in the first row; undefined: it has none. */
  readonly names: readonly string[] | undefined;
  /** Fields of the first row. */
  readonly width: number;
  /** More words that are NULL, in quotes too. */
  readonly nullWords: readonly string[];
  /** \N is NULL by itself where the backslash is an escape. */
  readonly isEscaped: boolean;
}

export interface CsvColumnsFound {
  readonly names: readonly string[];
  readonly choices: readonly ColumnChoice[];
  readonly findings: readonly Finding[];
  readonly isRagged: boolean;
  readonly nullWord: string;
  readonly nullInQuotes: boolean;
}

interface Oddity {
  count: number;
  readonly at: Place;
}

/** Collects the columns of the rows of CSV files. */
export class CsvColumns {
  rows = 0;
  readonly #options: CsvColumnsOptions;
  readonly #nullWords: ReadonlySet<string>;
  readonly #columns: SeenColumn[] = [];
  readonly #odd = new Map<'few' | 'many' | 'blank' | 'quotes', Oddity>();

  constructor(options: CsvColumnsOptions) {
    this.#options = options;
    this.#nullWords = new Set(options.nullWords);
    for (let n = 0; n < options.width; n++) this.#columns.push(new SeenColumn());
  }

  add({ fields, quoted, line, malformed }: CsvRow, file: string): void {
    const at = { file, line };
    const { width } = this.#options;
    if (malformed) this.#note('quotes', at);
    if (fields.length === 1 && fields[0] === '' && width > 1) {
      this.#note('blank', at);
      return;
    }
    this.rows++;
    if (fields.length < width) this.#note('few', at);
    else if (fields.length > width) this.#note('many', at);
    while (this.#columns.length < Math.min(fields.length, MOST_COLUMNS)) {
      const column = new SeenColumn();
      column.nulls = this.rows - 1;
      this.#columns.push(column);
    }
    for (const [n, column] of this.#columns.entries()) {
      const field = fields[n];
      if (field === undefined) column.addNull();
      else this.#addField(column, field, { isQuoted: quoted[n] === true, at });
    }
  }

  #addField(
    column: SeenColumn,
    field: string,
    { isQuoted, at }: { readonly isQuoted: boolean; readonly at: Place },
  ): void {
    const isNull =
      (!isQuoted && NULL_WORDS.has(field)) || (this.#nullWords.size > 0 && this.#nullWords.has(field));
    if (isNull) column.addNull(field);
    else if (field === '') column.quotedEmpties++;
    else column.addText(field, at);
  }

  #note(oddity: 'few' | 'many' | 'blank' | 'quotes', at: Place): void {
    const known = this.#odd.get(oddity);
    if (known === undefined) this.#odd.set(oddity, { count: 1, at });
    else known.count++;
  }

  /** The types of the columns. To be called once. */
  finish(given: Omit<ChoiceOptions, 'name' | 'format' | 'commaElsewhere'>): CsvColumnsFound {
    const commaElsewhere = this.#columns.some(({ kinds }) => kinds.has('comma') && !kinds.has('decimal'));
    const options = { ...given, commaElsewhere };
    const { isEscaped } = this.#options;
    const names = this.#columns.map((_, n) => this.#options.names?.[n]?.trim() ?? '');
    const choose = (column: SeenColumn, n: number): ColumnChoice =>
      chooseType(column, { ...options, format: 'csv', name: names[n] ?? '' });
    const isText = ({ type }: ColumnChoice): boolean => /^(?:VARCHAR|TEXT|LONGTEXT)/.test(type);
    const nullInQuotes = this.#columns.some(
      (column, n) => column.quotedEmpties > 0 && column.values > 0 && !isText(choose(column, n)),
    );
    if (nullInQuotes) for (const column of this.#columns) column.nulls += column.quotedEmpties;
    const nullWord = nullInQuotes ? '' : this.#usualNullWord();
    const isLeft = (word: string): boolean => word !== nullWord && !(isEscaped && word === String.raw`\N`);
    const choices = this.#columns.map((column, n) => {
      const choice = choose(column, n);
      const words = [...column.nullWords.keys()].filter(isLeft);
      const step: ConversionStep[] = words.length > 0 ? [{ step: 'null_words', words }] : [];
      return { ...choice, conversion: [...step, ...choice.conversion] };
    });
    return {
      names,
      choices,
      findings: this.#findings(),
      isRagged: this.#odd.has('few') || this.#odd.has('many'),
      nullWord,
      nullInQuotes,
    };
  }

  /** The empty field, unless other words alone stand for NULL. */
  #usualNullWord(): string {
    const counts = new Map<string, number>();
    for (const { nullWords } of this.#columns)
      for (const [word, count] of nullWords) counts.set(word, (counts.get(word) ?? 0) + count);
    if (this.#options.isEscaped) counts.delete(String.raw`\N`);
    if (counts.has('') || counts.size === 0) return '';
    return [...counts].toSorted((a, b) => b[1] - a[1])[0]![0];
  }

  #findings(): Finding[] {
    const { width } = this.#options;
    const say = (
      oddity: 'few' | 'many' | 'blank' | 'quotes',
      severity: Finding['severity'],
      message: (count: number) => string,
    ): Finding[] => {
      const seen = this.#odd.get(oddity);
      return seen === undefined
        ? []
        : [{ severity, column: undefined, message: message(seen.count), at: seen.at }];
    };
    const rows = (count: number): string => (count === 1 ? 'one row has' : `${count} rows have`);
    return [
      ...say('few', 'note', (n) => `${rows(n)} fewer than ${width} fields: what is missing is NULL`),
      ...say(
        'many',
        'problem',
        (n) =>
          `${rows(n)} more than ${width} fields: a delimiter without quotes? What is too much goes into columns of its own`,
      ),
      ...say(
        'blank',
        'problem',
        (n) =>
          `${n === 1 ? 'a blank line' : `${n} blank lines`}: a pipeline takes it for a row with too few fields; take it out`,
      ),
      ...say(
        'quotes',
        'problem',
        (n) => `${rows(n)} text after the quote that ends a field, or no such quote`,
      ),
    ];
  }
}
