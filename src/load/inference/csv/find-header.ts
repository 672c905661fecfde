import { familyOf, kindOf } from '../values/value-kinds.ts';
import type { CsvRow } from './csv-reader.ts';

/** Whether the first row has names, and how that was told. */
export interface Header {
  readonly isThere: boolean;
  readonly reason: string;
}

const NAME = /^[\p{L}_$#%][\p{L}\p{N}\p{M}_ .:/()#%$€&'+-]*$/u;
const LONGEST_NAME = 64;

const isTyped = (text: string): boolean =>
  text !== '' && (familyOf(kindOf(text.trim())) !== 'text' || /^\d+$/.test(text.trim()));

/**
 * Whether the first row is one of names: each of its fields looks like a name, no field is a number or a date, and below them are
 * values of another kind, or at least none of the names again.
 */
export function findHeader(rows: readonly CsvRow[]): Header {
  const [first, ...rest] = rows;
  if (first === undefined) return { isThere: false, reason: 'the file is empty' };
  const names = first.fields.map((field) => field.trim());
  const below = rest.slice(0, 200);
  const valuesOf = (at: number): string[] =>
    below.map(({ fields }) => fields[at]?.trim() ?? '').filter((value) => value !== '');
  // a column may be called n or no: it is a value where the values below are such words too
  const isValue = (name: string, at: number): boolean =>
    isTyped(name) &&
    (kindOf(name) !== 'boolean' || valuesOf(at).every((value) => kindOf(value) === 'boolean'));
  if (names.some(isValue))
    return { isThere: false, reason: 'the first row has a number, a date or a truth value' };
  const isName = (name: string): boolean => name.length <= LONGEST_NAME && NAME.test(name);
  const named = names.filter((name) => name !== '');
  if (named.length === 0) return { isThere: false, reason: 'the first row is empty' };
  const typedBelow = names.some((_, at) => {
    const values = valuesOf(at);
    return values.length > 0 && values.every(isTyped);
  });
  if (typedBelow) return { isThere: true, reason: 'the first row has names, the others have values' };
  if (!named.every(isName)) return { isThere: false, reason: 'the first row has no names' };
  const isRepeated = names.some((name, at) => name !== '' && below.some(({ fields }) => fields[at] === name));
  if (isRepeated) return { isThere: false, reason: 'the first row is like the others' };
  if (below.length === 0) return { isThere: true, reason: 'the only row looks like names' };
  return { isThere: true, reason: 'the first row looks like names: --no-header if it is not one of names' };
}
