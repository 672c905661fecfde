/** One value at the top of a JSON file, or of the array that the file is. */
export interface JsonText {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

const LONGEST_VALUE = 64 << 20;
const [QUOTE, BACKSLASH, NEWLINE, COMMA] = [0x22, 0x5c, 0x0a, 0x2c];
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;
const isBlank = (code: number): boolean =>
  code === 0x20 || code === NEWLINE || code === 0x0d || code === 0x09;

/**
 * Cuts pieces of text into the values of a JSON file: JSON lines, values one after the other with any space between them, or the
 * elements of one array. It finds where values end, and does not check them.
 */
export class JsonReader {
  /** The file is one array. Known once something of it was read. */
  isArray = false;
  #begun = false;
  #text = '';
  #line = 1;
  /** Where the value that is being read begins, and its line; -1: between two. */
  #start = -1;
  #startLine = 1;
  #at = 0;
  #depth = 0;
  #inString = false;

  get line(): number {
    return this.#line;
  }

  /** Values that are whole. Throws RangeError when one does not end. */
  *push(piece: string): Generator<JsonText, void> {
    this.#text += piece;
    for (; this.#at < this.#text.length; this.#at++) {
      const value = this.#step(this.#text.charCodeAt(this.#at));
      if (value !== undefined) yield value;
    }
    const from = this.#start === -1 ? this.#at : this.#start;
    this.#text = this.#text.slice(from);
    this.#at -= from;
    if (this.#start !== -1) this.#start = 0;
    if (this.#text.length > LONGEST_VALUE) throw new RangeError('the value does not end');
  }

  /** The last value, where nothing follows it; a value that does not end comes as it is. */
  *end(): Generator<JsonText, void> {
    if (this.#start !== -1) yield { text: this.#text, line: this.#startLine };
  }

  #step(code: number): JsonText | undefined {
    if (code === NEWLINE) this.#line++;
    if (this.#inString) {
      if (code === BACKSLASH) this.#at++;
      else if (code === QUOTE) this.#inString = false;
      return undefined;
    }
    if (this.#start === -1) {
      this.#begin(code);
      return undefined;
    }
    if (code === QUOTE) this.#inString = true;
    else if (isOpening(code)) this.#depth++;
    else if (isClosing(code)) {
      // the end of the array, after a value that is no object
      if (this.#depth === 0) return this.#finish(this.#at);
      if (--this.#depth === 0) return this.#finish(this.#at + 1);
    } else if (this.#depth === 0 && (isBlank(code) || code === COMMA)) return this.#finish(this.#at);
    return undefined;
  }

  #begin(code: number): void {
    if (isBlank(code)) return;
    if (!this.#begun && code === 0x5b) {
      this.#begun = true;
      this.isArray = true;
      return;
    }
    this.#begun = true;
    if (this.isArray && (code === COMMA || code === 0x5d)) return;
    this.#start = this.#at;
    this.#startLine = this.#line;
    this.#depth = isOpening(code) ? 1 : 0;
    this.#inString = code === QUOTE;
  }

  #finish(end: number): JsonText {
    const value = { text: this.#text.slice(this.#start, end), line: this.#startLine };
    this.#start = -1;
    this.#depth = 0;
    return value;
  }
}

/** A number as the file has it: JSON.parse would round what is beyond 2^53, and drop the zero of 1.50. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** The value of a text, with numbers as they are written. Throws SyntaxError. */
export const parseJson = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === 'number' ? new JsonNumber(context?.source ?? String(value)) : value,
  );
