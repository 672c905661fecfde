import { unescaped } from '../escapes.ts';
import type { CsvFormat } from '../sql/statements.ts';
import { BadRecord } from './record.ts';
import type { FileRecord, RecordReader } from './record.ts';

/** What LOAD_DATA_LINE shows at most of a line, in characters. */
const SHOWN = 1024;
/** A line that is longer, in characters, is taken for one whose quote was not closed. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Lines and fields as LOAD DATA cuts them: an enclosing character counts at the beginning of a field and doubled within it, the
 * escape character everywhere, line ends only where no field is enclosed. `\N` alone is null.
 */
export class CsvReader implements RecordReader {
  readonly #format: CsvFormat;
  readonly #special: RegExp;
  #rest = '';
  #line = 1;
  #toIgnore: number;

  constructor(format: CsvFormat) {
    this.#format = format;
    this.#toIgnore = format.ignoreLines;
    const { fieldsTerminatedBy, linesTerminatedBy, escapedBy } = format;
    const firsts = [fieldsTerminatedBy, linesTerminatedBy, escapedBy].map((text) => text.charAt(0));
    this.#special = new RegExp(`[${firsts.join('').replaceAll(/[\\\]^-]/g, String.raw`\$&`)}]`, 'g');
  }

  *push(text: string): Generator<FileRecord> {
    this.#rest += text;
    yield* this.#take(false);
  }

  *end(): Generator<FileRecord> {
    yield* this.#take(true);
  }

  *#take(isLast: boolean): Generator<FileRecord> {
    let at = 0;
    try {
      while (at < this.#rest.length) {
        const found = this.#readLine(at, isLast);
        if (found === undefined) break;
        const { fields, end, next } = found;
        const text = this.#rest.slice(at, Math.min(end, at + SHOWN));
        const line = this.#line;
        this.#line += countLines(this.#rest, at, next);
        at = next;
        if (this.#toIgnore > 0) this.#toIgnore--;
        else if (fields !== undefined) yield { content: fields, line, text };
      }
    } finally {
      this.#rest = this.#rest.slice(at);
    }
    if (this.#rest.length > LONGEST) throw this.#tooLong();
  }

  /** Undefined when the line does not end in what is there. */
  #readLine(start: number, isLast: boolean) {
    const { linesStartingBy, linesTerminatedBy } = this.#format;
    let at = start;
    if (linesStartingBy !== '') {
      const end = this.#rest.indexOf(linesTerminatedBy, start);
      const prefix = this.#rest.indexOf(linesStartingBy, start);
      if (prefix === -1 || (end !== -1 && prefix > end)) {
        // a line without the prefix is left out
        if (end === -1) return isLast ? lineOf(undefined, this.#rest.length, this.#rest.length) : undefined;
        return lineOf(undefined, end, end + linesTerminatedBy.length);
      }
      at = prefix + linesStartingBy.length;
    }
    const fields: (string | null)[] = [];
    for (;;) {
      const field = this.#readField(at, isLast);
      if (field === undefined) return undefined;
      fields.push(field.value);
      at = field.end;
      if (field.ends === 'field') at += this.#format.fieldsTerminatedBy.length;
      else return lineOf(fields, at, field.ends === 'line' ? at + linesTerminatedBy.length : at);
    }
  }

  #readField(start: number, isLast: boolean) {
    const { enclosedBy } = this.#format;
    const isEnclosed = enclosedBy !== '' && this.#rest.startsWith(enclosedBy, start);
    return isEnclosed ? this.#readEnclosed(start, isLast) : this.#readPlain(start, isLast);
  }

  #readPlain(start: number, isLast: boolean) {
    const { escapedBy } = this.#format;
    const rest = this.#rest;
    let value = '';
    let from = start;
    for (let at = start; ; at++) {
      this.#special.lastIndex = at;
      const found = this.#special.exec(rest);
      at = found === null ? rest.length : found.index;
      if (at >= rest.length) {
        if (!isLast) return undefined;
        return this.#field(value + rest.slice(from, at), rest.slice(start, at), at, 'file');
      }
      if (escapedBy !== '' && rest[at] === escapedBy) {
        if (at + 1 >= rest.length && !isLast) return undefined;
        value += rest.slice(from, at) + unescaped(rest[at + 1] ?? '');
        at++;
        from = at + 1;
        continue;
      }
      const ends = this.#endsAt(at, isLast);
      if (ends === 'unknown') return undefined;
      if (ends !== undefined)
        return this.#field(value + rest.slice(from, at), rest.slice(start, at), at, ends);
    }
  }

  #readEnclosed(start: number, isLast: boolean) {
    const { enclosedBy, escapedBy } = this.#format;
    const rest = this.#rest;
    let value = '';
    let from = start + 1;
    for (let at = from; ; at++) {
      while (at < rest.length && rest[at] !== enclosedBy && rest[at] !== escapedBy) at++;
      if (at >= rest.length) {
        if (!isLast) return undefined;
        throw this.#unclosed(start);
      }
      if (at + 1 >= rest.length && !isLast) return undefined;
      const next = rest[at + 1] ?? '';
      if (rest[at] === enclosedBy && next !== enclosedBy) {
        const ends = at + 1 >= rest.length ? 'file' : this.#endsAt(at + 1, isLast);
        if (ends === 'unknown') return undefined;
        if (ends !== undefined) return this.#enclosed(value + rest.slice(from, at), at + 1, ends);
        // a quote in the middle of the field, not doubled
        continue;
      }
      value += rest.slice(from, at) + (rest[at] === enclosedBy ? enclosedBy : unescaped(next));
      at++;
      from = at + 1;
    }
  }

  /** What ends at this place; `unknown`: its first characters are there, the others are to come. */
  #endsAt(at: number, isLast: boolean): 'field' | 'line' | 'unknown' | undefined {
    const { fieldsTerminatedBy, linesTerminatedBy } = this.#format;
    for (const [word, ends] of [
      [linesTerminatedBy, 'line'],
      [fieldsTerminatedBy, 'field'],
    ] as const) {
      if (this.#rest.startsWith(word, at)) return ends;
      if (!isLast && at + word.length > this.#rest.length && word.startsWith(this.#rest.slice(at)))
        return 'unknown';
    }
    return undefined;
  }

  #field(value: string, raw: string, end: number, ends: 'field' | 'line' | 'file') {
    const { nullDefinedBy, escapedBy } = this.#format;
    const isNull = (escapedBy !== '' && raw === `${escapedBy}N`) || value === nullDefinedBy;
    return { value: isNull ? null : value, end, ends };
  }

  #enclosed(value: string, end: number, ends: 'field' | 'line' | 'file') {
    const { nullDefinedBy, nullMayBeEnclosed } = this.#format;
    return { value: nullMayBeEnclosed && value === nullDefinedBy ? null : value, end, ends };
  }

  #unclosed(start: number): BadRecord {
    const line = this.#line;
    return new BadRecord(1261, `Row ${line} has a field whose enclosing character is not closed`, {
      line,
      text: this.#rest.slice(start, start + SHOWN),
    });
  }

  #tooLong(): BadRecord {
    return new BadRecord(1261, `Row ${this.#line} is longer than ${LONGEST} characters`, {
      line: this.#line,
      text: this.#rest.slice(0, SHOWN),
    });
  }
}

const lineOf = (fields: readonly (string | null)[] | undefined, end: number, next: number) => ({
  fields,
  end,
  next,
});

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
