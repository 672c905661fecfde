import { timeKindOf } from './time-forms.ts';

/**
 * What a value looks like, as a short text, so that a column keeps one count for each. Forms of dates and times begin with
 * `time|`, see time-forms.ts.
 *
 * - `integer`: 0, -12; `zeros`: 007, digits that a number would lose
 * - `decimal`: 1.50; `decimal3`: 1.500, which is a grouped 1500 where commas are decimal
 * - `exponent`: 1e-3
 * - `comma`: 1,50; `grouped`: 1,234,567 or 1,234.50; `comma3`: 1,234, either of the two; `dots`: 1.234.567 or 1.234,50
 * - `quoted_number`: a number that JSON has as a text
 */
export type ValueKind = string;

const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const ZEROS = /^-?0\d+$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)?\.\d+$/;
const DECIMAL_3 = /^-?[1-9]\d{0,2}\.\d{3}$/;
const EXPONENT = /^-?(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+$/;
const COMMA = /^-?(?:0|[1-9]\d*),\d+$/;
const COMMA_3 = /^-?[1-9]\d{0,2},\d{3}$/;
const GROUPED = /^-?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})$/;
const DOTS = /^-?[1-9]\d{0,2}(?:(?:\.\d{3})+,\d+|(?:\.\d{3}){2,})$/;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const CLOCK = /^(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?$/;

/** Words that stand for true and false. */
export const YES_WORDS: ReadonlySet<string> = new Set(['true', 'yes', 't', 'y']);
export const NO_WORDS: ReadonlySet<string> = new Set(['false', 'no', 'f', 'n']);

/** Longer text is not tried as JSON. */
const LONGEST_JSON = 1 << 20;

/** The kind of one value, without spaces around it. */
export function kindOf(text: string): ValueKind {
  const first = text.charCodeAt(0);
  const isDigit = first >= 48 && first <= 57;
  if (isDigit || first === 45 || first === 46) return numberKind(text) ?? otherKind(text, isDigit);
  return otherKind(text, isDigit);
}

function numberKind(text: string): ValueKind | undefined {
  if (INTEGER.test(text)) return 'integer';
  if (ZEROS.test(text)) return 'zeros';
  if (DECIMAL.test(text)) return DECIMAL_3.test(text) ? 'decimal3' : 'decimal';
  if (COMMA.test(text)) return COMMA_3.test(text) ? 'comma3' : 'comma';
  if (GROUPED.test(text)) return 'grouped';
  if (DOTS.test(text)) return 'dots';
  return EXPONENT.test(text) ? 'exponent' : undefined;
}

function otherKind(text: string, isDigit: boolean): ValueKind {
  if (text.length <= 5) {
    const word = text.toLowerCase();
    if (YES_WORDS.has(word) || NO_WORDS.has(word)) return 'boolean';
  }
  if (text.length === 36 && UUID.test(text)) return 'uuid';
  if (isDigit) {
    if (CLOCK.test(text)) return 'clock';
    return timeKindOf(text) ?? 'text';
  }
  return isJson(text) ? 'json' : 'text';
}

function isJson(text: string): boolean {
  const ends = text[0] === '{' ? '}' : text[0] === '[' ? ']' : undefined;
  if (ends === undefined || text.at(-1) !== ends || text.length > LONGEST_JSON) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const NUMBERS: ReadonlySet<ValueKind> = new Set([
  'integer',
  'decimal',
  'decimal3',
  'exponent',
  'comma',
  'comma3',
  'grouped',
  'dots',
]);

export type Family = 'number' | 'boolean' | 'time' | 'clock' | 'uuid' | 'json' | 'text';

/** What kinds can share a column of one type. */
export function familyOf(kind: ValueKind): Family {
  if (NUMBERS.has(kind)) return 'number';
  if (kind.startsWith('time|')) return 'time';
  if (kind === 'boolean' || kind === 'clock' || kind === 'uuid' || kind === 'json') return kind;
  return 'text';
}
