import { printable } from '../../../model/printable.ts';
import type { ChoiceOptions, ConversionStep, TypeChoice } from './column-choice.ts';
import type { SeenColumn, SeenKind } from './seen-column.ts';

const INT_MOST = 2n ** 31n - 1n;
const BIGINT_MOST = 2n ** 63n - 1n;
const BIGINT_LEAST = -(2n ** 63n);
const UNSIGNED_MOST = 2n ** 64n - 1n;
/** A sample below a tenth of what INT holds leaves it room to grow. */
const ROOM = 10n;
/** What DECIMAL holds. */
const MOST_DIGITS = 65;
const MOST_SCALE = 30;
/** What programs write of a DOUBLE so that it reads back the same. */
const DOUBLE_DIGITS = 17;

const wordsIn = (name: string): string[] =>
  name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const IDENTIFIERS = new Set('id ids uid pk fk key'.split(' '));
/** Digits that nobody adds up, and that may begin with 0. */
const CODES = new Set(
  'zip zipcode postal postcode plz phone telephone tel fax mobile sku ean gtin upc isbn iban ssn card'.split(
    ' ',
  ),
);
const MONEY = new Set(
  'amount price cost costs total subtotal fee fees tax vat balance revenue salary payment paid discount sum money charge charges gross net usd eur gbp betrag preis summe'.split(
    ' ',
  ),
);
const FLAGS =
  /^(?:is|has|can|was|should)[_ ]|^(?:is|has|can)(?=\p{Lu})|[_ ]flag$|^(?:active|enabled|deleted|flag)$/u;

export const isIdentifierName = (name: string): boolean => IDENTIFIERS.has(wordsIn(name).at(-1) ?? '');
export const isCodeName = (name: string): boolean => wordsIn(name).some((word) => CODES.has(word));
const isMoneyName = (name: string): boolean => wordsIn(name).some((word) => MONEY.has(word));
export const isFlagName = (name: string): boolean => FLAGS.test(name);
const isDateName = (name: string): boolean =>
  wordsIn(name).some((word) => word === 'date' || word === 'day' || word === 'dt' || word === 'datum');

/** How the numbers of a column are written, and how many digits they have. */
interface Notation {
  readonly whole: number;
  readonly scale: number;
  readonly leastScale: number;
  readonly significant: number;
  readonly hasExponent: boolean;
  readonly conversion: readonly ConversionStep[];
  readonly said: string;
}

/** The type for a column of numbers; undefined where they are written in ways that contradict each other. */
export function chooseNumber(column: SeenColumn, options: ChoiceOptions): TypeChoice | undefined {
  const kinds = [...column.kinds.values()];
  if (kinds.every(({ kind }) => kind === 'integer')) return chooseInteger(column, options);
  const notation = notationOf(column.kinds, options);
  return notation === undefined ? undefined : chooseFraction(notation, options);
}

function chooseInteger(column: SeenColumn, { name, format }: ChoiceOptions): TypeChoice {
  const { least, most } = column;
  const range = least === most ? `all ${least}` : `${least} to ${most}`;
  if (format === 'csv' && column.compactDates && isDateName(name))
    return {
      type: 'DATE',
      reason: `dates without separators, ${range}`,
      conversion: [{ step: 'parse_time', format: '%Y%m%d' }],
    };
  if (isCodeName(name))
    return { type: charType(column), reason: `digits that are no quantity: ${longest(column)}` };
  const digits = column.kinds.get('integer')?.whole ?? 0;
  if (digits > MOST_DIGITS)
    return { type: charType(column), reason: `whole numbers of up to ${digits} digits` };
  if (least >= 0n && most <= 1n && isFlagName(name))
    return { type: 'BOOL', reason: 'only 0 and 1, and the name of a flag' };
  if (least < BIGINT_LEAST || most > BIGINT_MOST) {
    if (least >= 0n && most <= UNSIGNED_MOST)
      return { type: 'BIGINT UNSIGNED', reason: `whole numbers beyond BIGINT, up to ${most}` };
    const precision = digits <= 38 ? 38 : MOST_DIGITS;
    return { type: `DECIMAL(${precision},0)`, reason: `whole numbers of up to ${digits} digits` };
  }
  if (isIdentifierName(name)) return { type: 'BIGINT', reason: `an identifier, ${range}` };
  const largest = most > -least ? most : -least;
  if (largest * ROOM <= INT_MOST) return { type: 'INT', reason: `whole numbers, ${range}` };
  return { type: 'BIGINT', reason: `whole numbers, ${range}: near or beyond what INT holds` };
}

function chooseFraction(notation: Notation, { name }: ChoiceOptions): TypeChoice {
  const { whole, scale, leastScale, significant, hasExponent, conversion, said } = notation;
  if (scale === 0 && !hasExponent && whole <= MOST_DIGITS) {
    const type = whole <= 8 ? 'INT' : whole <= 18 ? 'BIGINT' : `DECIMAL(${whole <= 38 ? 38 : MOST_DIGITS},0)`;
    return { type, reason: `whole ${said}, of up to ${whole} digits`, conversion };
  }
  const digits = `${said}, up to ${whole} digits before the point and ${scale} after it`;
  const fits = scale <= MOST_SCALE && whole + scale <= MOST_DIGITS;
  if (hasExponent || !fits)
    return { type: 'DOUBLE', reason: hasExponent ? `${said}, some with an exponent` : digits, conversion };
  const isMoney = isMoneyName(name) && scale <= 6;
  if (isMoney || (scale === 2 && leastScale === 2) || significant > DOUBLE_DIGITS) {
    const type = decimalType(whole, Math.max(scale, isMoney ? 2 : 0));
    const why =
      significant > DOUBLE_DIGITS ? 'more than DOUBLE keeps' : isMoney ? 'an amount' : 'always two decimals';
    return { type, reason: `${digits}: ${why}`, conversion };
  }
  return { type: 'DOUBLE', reason: digits, conversion };
}

/** Some digits more than were seen, in the precisions that people write. */
function decimalType(whole: number, scale: number): string {
  const wanted = whole + scale;
  const precision = [18, 38].find((each) => wanted + 2 <= each) ?? MOST_DIGITS;
  return `DECIMAL(${precision},${scale})`;
}

const replace = (from: string, to: string): ConversionStep => ({ step: 'replace', from, to });

function notationOf(
  kinds: ReadonlyMap<string, SeenKind>,
  { decimalComma, commaElsewhere }: ChoiceOptions,
): Notation | undefined {
  const has = (kind: string): boolean => kinds.has(kind);
  const inDots = commaElsewhere && has('decimal3') && !has('decimal') && !has('exponent');
  const sure = has('comma') || inDots || (has('dots') && !has('grouped'));
  const isComma = sure || (has('comma3') && decimalComma && !has('grouped') && !has('decimal'));
  const isGrouped = !isComma && (has('grouped') || has('comma3'));
  if (isComma && (has('decimal') || has('grouped') || has('exponent'))) return undefined;
  if (isGrouped && has('dots')) return undefined;
  const conversion = isComma
    ? [
        ...(has('dots') || has('decimal3') ? [replace('.', '')] : []),
        ...(has('comma') || has('comma3') || has('dots') ? [replace(',', '.')] : []),
      ]
    : isGrouped
      ? [replace(',', '')]
      : [];
  const said = isComma
    ? inDots && !has('comma')
      ? 'numbers with dots between thousands, as other columns have decimal commas'
      : 'numbers with a decimal comma'
    : isGrouped
      ? 'numbers with commas between thousands'
      : 'numbers';
  // 1.234 where commas are decimal, and 1,234 where they are not, are whole numbers
  const inGroups = isComma ? 'decimal3' : 'comma3';
  const all = [...kinds.values()].map((each) =>
    each.kind === inGroups ? { ...each, whole: each.whole + each.scale, scale: 0, leastScale: 0 } : each,
  );
  return {
    whole: Math.max(...all.map(({ whole }) => whole)),
    scale: Math.max(...all.map(({ scale }) => scale)),
    leastScale: Math.min(...all.map(({ leastScale }) => leastScale)),
    significant: Math.max(...all.map(({ significant }) => significant)),
    hasExponent: has('exponent'),
    conversion,
    said,
  };
}

const WIDTHS = [16, 32, 64, 128, 255, 512, 1024, 2048, 4096];

/** A width with room for a quarter more than the longest value; text without an end beyond some thousands. */
export function charType({
  characters,
  bytes,
}: {
  readonly characters: number;
  readonly bytes: number;
}): string {
  const width = WIDTHS.find((each) => characters * 1.25 <= each);
  if (width !== undefined) return `VARCHAR(${width})`;
  return bytes * 1.25 < 65_535 ? 'TEXT' : 'LONGTEXT';
}

export const longest = ({ characters }: { readonly characters: number }): string =>
  `the longest has ${characters} ${characters === 1 ? 'character' : 'characters'}`;

/** A value for a sentence. */
export const quoted = (text: string): string =>
  `'${printable(text.length > 40 ? `${text.slice(0, 39)}…` : text)}'`;
