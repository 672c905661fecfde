import { isUtf8 } from 'node:buffer';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Bytes. No child is as long, and neither are all the other fields of a folder together. */
const MOST_HELD = 16 * 1024 * 1024;

export interface ListingPiecesOptions {
  /** A list under the key `content` begins; as in any JSON object, the last one of a key counts. */
  readonly onList: () => void;
  /** The next elements of that list. */
  readonly onElements: (elements: readonly unknown[]) => void;
}

/**
 * Takes apart the JSON of a listing as it comes: `{"name": …, "content": [child, child, …], …}`. The text is only cut, at
 * commas between children; JSON.parse reads the pieces, which takes a fifth of the time of a parser in JavaScript. Cut
 * are texts, so that all pieces together are valid JSON exactly when the whole is.
 */
export class ListingPieces {
  readonly #options: ListingPiecesOptions;
  /** Everything but the elements: the text of an object whose lists of content are `[]`. */
  #outer = Buffer.allocUnsafe(1024);
  #outerLength = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Where in `outer` the last string of the object began and ended. */
  #stringAt = 0;
  #stringEnd = 0;
  /** Whether a value of the key `content` comes next. */
  #isContent = false;
  /** Within the list of content; what of it has been seen and not been read. */
  #inList = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Whether a comma came before what is held. */
  #more = false;
  #exact = true;

  constructor(options: ListingPiecesOptions) {
    this.#options = options;
  }

  /** Throws a SyntaxError where the text cannot be JSON any more, and a RangeError where a part of it is endless. */
  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) at = this.#inList ? this.#list(chunk, at) : this.#object(chunk, at);
  }

  /** The object without its content, once all has come. Throws a SyntaxError for a text that is not whole, or no JSON. */
  finish(): { readonly value: unknown; readonly exact: boolean } {
    const outer = this.#outer.subarray(0, this.#outerLength);
    const value: unknown = JSON.parse(outer.toString());
    return { value, exact: this.#exact && isUtf8(outer) };
  }

  /** Reads up to the list of content, or to the end of the chunk. Returns where it stopped. */
  #object(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]!;
      this.#keep(byte);
      if (this.#inString) this.#character(byte);
      else if (byte === QUOTE) {
        this.#inString = true;
        if (this.#depth === 1) this.#stringAt = this.#outerLength - 1;
      } else if (byte === COLON && this.#depth === 1) this.#isContent = this.#lastString() === 'content';
      else if (byte === COMMA && this.#depth === 1) this.#isContent = false;
      else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth--;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        this.#depth++;
        if (byte === OPEN_OBJECT || this.#depth !== 2 || !this.#isContent) continue;
        this.#inList = true;
        this.#more = false;
        this.#options.onList();
        return at + 1;
      }
    }
    return chunk.length;
  }

  #character(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      if (this.#depth === 1) this.#stringEnd = this.#outerLength;
    }
  }

  /** Reads elements up to the end of the list, or the last whole ones of the chunk. Returns where it stopped. */
  #list(chunk: Buffer, from: number): number {
    let lastComma = -1;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    let at = from;
    for (; at < chunk.length && depth > 1; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) escaped = true;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
      else if (byte === COMMA && depth === 2) lastComma = at;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    if (depth > 1) {
      if (lastComma >= from) this.#read(chunk.subarray(from, lastComma), { more: true });
      this.#hold(chunk.subarray(lastComma >= from ? lastComma + 1 : from));
      return chunk.length;
    }
    this.#read(chunk.subarray(from, at - 1), { more: false });
    this.#inList = false;
    this.#isContent = false;
    this.#keep(chunk[at - 1]!);
    return at;
  }

  /** Reads what is held and `last`; `more`: a comma follows. */
  #read(last: Buffer, { more }: { readonly more: boolean }): void {
    const bytes = this.#held.length === 0 ? last : Buffer.concat([...this.#held, last]);
    this.#held = [];
    this.#heldBytes = 0;
    this.#exact &&= isUtf8(bytes);
    const elements = JSON.parse(`[${bytes.toString()}]`) as unknown[];
    if (elements.length === 0 && (more || this.#more)) throw new SyntaxError('a comma without an element');
    this.#more = more;
    this.#options.onElements(elements);
  }

  #hold(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#held.push(rest);
    this.#heldBytes += rest.length;
    if (this.#heldBytes > MOST_HELD) throw tooLong();
  }

  #keep(byte: number): void {
    if (this.#outerLength === this.#outer.length) {
      if (this.#outerLength >= MOST_HELD) throw tooLong();
      const grown = Buffer.allocUnsafe(this.#outerLength * 2);
      this.#outer.copy(grown);
      this.#outer = grown;
    }
    this.#outer[this.#outerLength++] = byte;
  }

  #lastString(): unknown {
    try {
      return JSON.parse(this.#outer.toString('utf8', this.#stringAt, this.#stringEnd));
    } catch {
      return undefined;
    }
  }
}

const tooLong = (): RangeError => new RangeError(`more than ${MOST_HELD} bytes without an end`);
