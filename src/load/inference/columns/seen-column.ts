import { isDate } from '../values/time-forms.ts';
import { kindOf, NO_WORDS, YES_WORDS, type ValueKind } from '../values/value-kinds.ts';

/** Where a value stands. */
export interface Place {
  /** The file, as the user knows it. */
  readonly file: string;
  /** From 1; of a Parquet file the row. */
  readonly line: number;
}

/** What was seen of one kind of values. */
export interface SeenKind {
  readonly kind: ValueKind;
  count: number;
  /** The first such value, and where it stands. */
  readonly first: string;
  readonly at: Place;
  /** Of numbers: most digits before and after the decimal sign, fewest after it, most that are significant. */
  whole: number;
  scale: number;
  leastScale: number;
  significant: number;
}

/** What the values of one column look like, in memory that does not grow with their number. */
export class SeenColumn {
  values = 0;
  /** Values that are NULL: absent, empty, or a word that stands for it. */
  nulls = 0;
  /** Words that were taken for NULL, '' included. */
  readonly nullWords = new Map<string, number>();
  /** Texts of no character that stand in quotes. */
  quotedEmpties = 0;
  /** Values with spaces around them. */
  spaced = 0;
  readonly kinds = new Map<ValueKind, SeenKind>();
  /** Of whole numbers. */
  least = 0n;
  most = 0n;
  /** The words for true and false, as written in lower case. */
  readonly words = new Set<string>();
  /** The longest value. */
  characters = 0;
  bytes = 0;
  shortest = Number.POSITIVE_INFINITY;
  /** Whether all whole numbers could be dates without separators: 20261231. */
  compactDates = true;

  addNull(word?: string): void {
    this.nulls++;
    if (word !== undefined) this.nullWords.set(word, (this.nullWords.get(word) ?? 0) + 1);
  }

  /** A value of a CSV file. */
  addText(text: string, at: Place): void {
    const trimmed = text.trim();
    if (trimmed.length !== text.length) this.spaced++;
    this.#add(kindOf(trimmed), trimmed, text, at);
  }

  /** A text of JSON: what looks like a number or a truth value there was meant as text. */
  addString(text: string, at: Place): void {
    const kind = kindOf(text);
    const isBare = kind === 'integer' || kind === 'decimal' || kind === 'decimal3' || kind === 'exponent';
    this.#add(isBare ? 'quoted_number' : kind === 'boolean' ? 'text' : kind, text, text, at);
  }

  /** A number of JSON, as it is written there. */
  addNumber(source: string, at: Place): void {
    this.#add(kindOf(source), source, source, at);
  }

  addBoolean(value: boolean, at: Place): void {
    const text = value ? 'true' : 'false';
    this.#add('boolean', text, text, at);
  }

  #add(kind: ValueKind, trimmed: string, text: string, at: Place): void {
    this.values++;
    this.#measure(text);
    let seen = this.kinds.get(kind);
    if (seen === undefined) {
      const none = { whole: 0, scale: 0, leastScale: Number.POSITIVE_INFINITY, significant: 0 };
      seen = { kind, count: 0, first: text.slice(0, 100), at, ...none };
      this.kinds.set(kind, seen);
    }
    seen.count++;
    if (kind === 'integer') this.#addInteger(trimmed, seen);
    else if (kind === 'boolean') this.words.add(trimmed.toLowerCase());
    else if (kind !== 'text') countDigits(trimmed, seen);
  }

  #measure(text: string): void {
    if (text.length < this.shortest) this.shortest = text.length;
    if (text.length > this.characters) {
      let characters = 0;
      for (const _ of text) characters++;
      if (characters > this.characters) this.characters = characters;
    }
    if (text.length * 3 > this.bytes) {
      const bytes = Buffer.byteLength(text);
      if (bytes > this.bytes) this.bytes = bytes;
    }
  }

  #addInteger(text: string, seen: SeenKind): void {
    const digits = text.startsWith('-') ? text.length - 1 : text.length;
    if (digits > seen.whole) seen.whole = digits;
    if (digits > seen.significant) seen.significant = digits;
    seen.leastScale = 0;
    if (this.compactDates && !isCompactDate(text)) this.compactDates = false;
    // far too long for any type of a whole number: its digits say enough
    if (digits > 100) return;
    const value = BigInt(text);
    if (seen.count === 1) this.least = this.most = value;
    else if (value < this.least) this.least = value;
    else if (value > this.most) this.most = value;
  }
}

const isCompactDate = (text: string): boolean =>
  text.length === 8 && isDate(Number(text.slice(0, 4)), Number(text.slice(4, 6)), Number(text.slice(6)));

/** The last comma or dot is the decimal sign; what stands before it groups digits. `grouped`, `dots` may have groups alone. */
function countDigits(text: string, seen: SeenKind): void {
  const [mantissa = ''] = text.split(/[eE]/);
  const sign = Math.max(mantissa.lastIndexOf('.'), mantissa.lastIndexOf(','));
  const groupsAlone =
    (seen.kind === 'grouped' && !mantissa.includes('.')) || (seen.kind === 'dots' && !mantissa.includes(','));
  const before = (sign === -1 || groupsAlone ? mantissa : mantissa.slice(0, sign)).replaceAll(/\D/g, '');
  const scale = sign === -1 || groupsAlone ? 0 : mantissa.length - sign - 1;
  const whole = before === '0' ? 0 : before.length;
  if (whole > seen.whole) seen.whole = whole;
  if (scale > seen.scale) seen.scale = scale;
  if (scale < seen.leastScale) seen.leastScale = scale;
  if (whole + scale > seen.significant) seen.significant = whole + scale;
}

/** Whether words of both meanings were seen: a lone 'no' may be Norway. */
export const hasBothMeanings = (words: ReadonlySet<string>): boolean =>
  [...words].some((word) => YES_WORDS.has(word)) && [...words].some((word) => NO_WORDS.has(word));
