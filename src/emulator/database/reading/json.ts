import { parseJson } from '../tables/json-text.ts';
import { BadRecord } from './record.ts';
import type { FileRecord, RecordReader } from './record.ts';

const SHOWN = 1024;
const LONGEST = 64 * 1024 * 1024;

/**
 * JSON values one after another, one a line or not; the elements of an array at the top are records of their own. Anything but
 * an object is a bad record.
 */
export class JsonReader implements RecordReader {
  #rest = '';
  /** How far the value at the beginning of `rest` was looked through. */
  #at = 0;
  #depth = 0;
  #isInText = false;
  #line = 1;
  #isInArray = false;

  *push(text: string): Generator<FileRecord> {
    this.#rest += text;
    yield* this.#take();
    if (this.#rest.length > LONGEST) throw this.#bad('is too long');
  }

  *end(): Generator<FileRecord> {
    yield* this.#take();
    this.#skipBetween();
    if (this.#rest !== '') throw this.#bad('does not end');
    if (this.#isInArray) throw this.#bad('has an array that does not end');
  }

  *#take(): Generator<FileRecord> {
    let start = 0;
    try {
      for (;;) {
        if (this.#at === 0 && this.#depth === 0) {
          this.#rest = this.#rest.slice(start);
          start = 0;
          this.#skipBetween();
          if (this.#rest === '') return;
        }
        const end = this.#endOfValue();
        if (end === undefined) return;
        const text = this.#rest.slice(0, end);
        start = end;
        this.#at = 0;
        const line = this.#line;
        this.#line += text.split('\n').length - 1;
        yield this.#recordOf(text, line);
      }
    } finally {
      this.#rest = this.#rest.slice(start);
    }
  }

  /** White space and, in an array at the top, its brackets and commas. */
  #skipBetween(): void {
    const [between = ''] = (this.#isInArray ? /^[\s,]*/ : /^\s*/).exec(this.#rest) ?? [];
    this.#line += between.split('\n').length - 1;
    this.#rest = this.#rest.slice(between.length).replace(/^\uFEFF/, '');
    const first = this.#rest.charAt(0);
    if (first === (this.#isInArray ? ']' : '[')) {
      this.#isInArray = !this.#isInArray;
      this.#rest = this.#rest.slice(1);
      this.#skipBetween();
    }
  }

  /** Where the object ends that is at the beginning; undefined when that is not there yet. */
  #endOfValue(): number | undefined {
    if (!this.#rest.startsWith('{')) throw this.#bad('is no object');
    const marks = /["\\{}[\]]/g;
    for (marks.lastIndex = this.#at; ;) {
      const found = marks.exec(this.#rest);
      if (found === null) {
        this.#at = this.#rest.length;
        return undefined;
      }
      const [mark] = found;
      if (mark === '\\') {
        if (found.index + 1 >= this.#rest.length) {
          this.#at = found.index;
          return undefined;
        }
        marks.lastIndex = found.index + 2;
      } else if (mark === '"') {
        this.#isInText = !this.#isInText;
      } else if (!this.#isInText) {
        this.#depth += mark === '{' || mark === '[' ? 1 : -1;
        if (this.#depth === 0) return found.index + 1;
      }
    }
  }

  #recordOf(text: string, line: number): FileRecord {
    try {
      return { content: parseJson(text) as object, line, text: text.slice(0, SHOWN) };
    } catch {
      throw new BadRecord(1844, `Row ${line} is not valid JSON`, { line, text: text.slice(0, SHOWN) });
    }
  }

  #bad(what: string): BadRecord {
    const text = this.#rest.slice(0, SHOWN).split('\n', 1)[0] ?? '';
    return new BadRecord(1844, `Row ${this.#line} ${what}: expected objects of JSON`, {
      line: this.#line,
      text,
    });
  }
}
