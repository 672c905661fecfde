/** How the rows of a CSV file are written, in the words of LOAD DATA. */
export interface CsvDialect {
  /** One character. */
  readonly delimiter: string;
  readonly quote: '"' | "'";
  /** `\`: it makes the next character plain, and \N is NULL; '': a quote within quotes is doubled. */
  readonly escape: '' | '\\';
}

export interface CsvRow {
  readonly fields: readonly string[];
  /** Which of the fields stand in quotes. */
  readonly quoted: readonly boolean[];
  /** Where the row begins, from 1. */
  readonly line: number;
  /** Something follows the quote that ends a field, or the quote that ends one is missing. */
  readonly malformed: boolean;
}

/** A longer row is one whose quotes do not end. */
const LONGEST_ROW = 4 << 20;
const ESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  '0': '\0',
  Z: '\u001a',
};

/**
 * Reads rows from pieces of text, as LOAD DATA reads them: a quote is one only at the beginning of a field, a line break between
 * quotes is part of it, and a row may have any number of fields. Unlike csv-parse it tells which fields stand in quotes, where
 * each row begins, and goes on after whatever it meets.
 */
export class CsvReader {
  readonly #dialect: CsvDialect;
  #rest = '';
  #line = 1;
  /** Rows that ended with each kind of line break. */
  readonly lineEnds = { crlf: 0, lf: 0 };

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect;
  }

  /** The line that the next row begins in, from 1. */
  get line(): number {
    return this.#line;
  }

  /** Rows that are whole; what is left waits for the next piece. Throws RangeError when a row does not end. */
  *push(text: string): Generator<CsvRow, void> {
    yield* this.#read(this.#rest + text, { isEnd: false });
    if (this.#rest.length > LONGEST_ROW) throw new RangeError('the row does not end');
  }

  /** The last row, where no line break follows it. */
  *end(): Generator<CsvRow, void> {
    if (this.#rest !== '') yield* this.#read(this.#rest, { isEnd: true });
  }

  *#read(text: string, { isEnd }: { readonly isEnd: boolean }): Generator<CsvRow, void> {
    let from = 0;
    while (from < text.length) {
      const row = new RowReader(this.#dialect, text, from);
      const end = row.read(isEnd);
      if (end === undefined) break;
      yield { fields: row.fields, quoted: row.quoted, line: this.#line, malformed: row.malformed };
      this.#line += row.lineBreaks;
      if (row.ending === '\r\n') this.lineEnds.crlf++;
      else if (row.ending === '\n') this.lineEnds.lf++;
      from = end;
    }
    this.#rest = text.slice(from);
  }
}

/** One row of a text. */
class RowReader {
  readonly fields: string[] = [];
  readonly quoted: boolean[] = [];
  lineBreaks = 0;
  malformed = false;
  ending: '' | '\n' | '\r\n' = '';
  readonly #dialect: CsvDialect;
  readonly #text: string;
  #at: number;
  #field = '';

  constructor(dialect: CsvDialect, text: string, from: number) {
    this.#dialect = dialect;
    this.#text = text;
    this.#at = from;
  }

  /** Where the next row begins; undefined where the text ends before this one does. */
  read(isEnd: boolean): number | undefined {
    for (;;) {
      this.#field = '';
      const isQuoted = this.#text[this.#at] === this.#dialect.quote;
      if (isQuoted && !this.#readQuoted(isEnd)) return undefined;
      const inQuotes = this.#field.length;
      const ending = this.#readPlain(isEnd);
      if (ending === undefined) return undefined;
      if (isQuoted && this.#field.length > inQuotes) this.malformed = true;
      this.fields.push(this.#field);
      this.quoted.push(isQuoted);
      if (ending === 'row') return this.#at;
    }
  }

  /** Up to the quote that ends the field. False where the text ends before. */
  #readQuoted(isEnd: boolean): boolean {
    const { quote, escape } = this.#dialect;
    const text = this.#text;
    let begin = ++this.#at;
    for (; this.#at < text.length; this.#at++) {
      const character = text[this.#at];
      if (character === '\n') this.lineBreaks++;
      else if (character === escape) {
        this.#field += text.slice(begin, this.#at) + this.#escaped(text[++this.#at]);
        begin = this.#at + 1;
      } else if (character === quote) {
        if (this.#at + 1 === text.length && !isEnd) return false;
        this.#field += text.slice(begin, this.#at);
        if (text[this.#at + 1] !== quote) {
          this.#at++;
          return true;
        }
        begin = ++this.#at;
      }
    }
    if (!isEnd) return false;
    this.malformed = true;
    this.#field += text.slice(begin);
    return true;
  }

  /** Up to the delimiter, or the end of the row. */
  #readPlain(isEnd: boolean): 'field' | 'row' | undefined {
    const { delimiter, escape } = this.#dialect;
    const text = this.#text;
    let begin = this.#at;
    for (; this.#at < text.length; this.#at++) {
      const character = text[this.#at];
      if (character === delimiter) {
        this.#field += text.slice(begin, this.#at++);
        return 'field';
      }
      if (character === '\n') {
        const isCrlf = text[this.#at - 1] === '\r' && this.#at > begin;
        this.#field += text.slice(begin, isCrlf ? this.#at - 1 : this.#at);
        this.#at++;
        this.lineBreaks++;
        this.ending = isCrlf ? '\r\n' : '\n';
        return 'row';
      }
      if (character === escape && this.#at + 1 < text.length) {
        this.#field += text.slice(begin, this.#at) + this.#escaped(text[++this.#at]);
        begin = this.#at + 1;
      }
    }
    if (!isEnd) return undefined;
    this.#field += text.slice(begin);
    return 'row';
  }

  /** \N stays as it is: it stands for NULL. */
  #escaped(character = ''): string {
    return character === 'N' ? String.raw`\N` : (ESCAPED[character] ?? character);
  }
}
