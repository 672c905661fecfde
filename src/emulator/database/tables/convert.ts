import { SqlError } from '../sql-error.ts';
import type { ColumnType } from './column-types.ts';
import { jsonText } from './json-text.ts';
import type { Column } from './table.ts';
import { dateText, dateTimeText, timeText } from './temporal.ts';

/** A value as a file or a statement has it; objects and arrays are JSON. */
export type InputValue = string | number | bigint | boolean | null | Uint8Array | object;

/** A value as it is kept. */
export type StoredValue = string | number | bigint | null | Uint8Array;

/**
 * Checks that a value fits its column, strictly: nothing is cut off, and nothing that is no number becomes 0. Throws an error
 * that names the column. An empty field of a type that is no text is null.
 */
export function convert(value: InputValue, column: Column): StoredValue {
  const { type } = column;
  if (value === null || (value === '' && isEmptyNull(type))) return nullOf(column, value);
  switch (type.family) {
    case 'integer':
      return integerOf(value, type, column);
    case 'decimal':
      return decimalOf(textOf(value), type, column);
    case 'float':
      return floatOf(value, column);
    case 'text':
      return checkedText(textOf(value), type, column);
    case 'binary':
      return checkedBytes(
        value instanceof Uint8Array ? value : Buffer.from(textOf(value)),
        type.limit,
        column,
      );
    case 'json':
      return jsonOf(value, column);
    case 'date':
      return dateText(textOf(value)) ?? refuse(value, column);
    case 'time':
      return timeText(textOf(value), type.digits) ?? refuse(value, column);
    case 'datetime':
    case 'timestamp':
      return dateTimeText(textOf(value), type) ?? refuse(value, column);
    default:
      return yearOf(value, column);
  }
}

const isEmptyNull = ({ family }: ColumnType): boolean => family !== 'text' && family !== 'binary';

function nullOf(column: Column, value: InputValue): null {
  if (column.isNullable || column.isAutoIncrement) return null;
  if (value === '') return refuse(value, column);
  throw new SqlError(1048, `Column '${column.name}' cannot be null`);
}

const INTEGER = /^\s*([+-]?\d+)\s*$/;

function integerOf(
  value: InputValue,
  type: ColumnType & { family: 'integer' },
  column: Column,
): number | bigint | string {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const digits = INTEGER.exec(textOf(value))?.[1];
  if (digits === undefined) return refuse(value, column);
  const short = digits.length < 16 ? Number(digits) : undefined;
  const exact = short ?? BigInt(digits);
  if (exact < type.min || exact > type.max) throw outOfRange(column);
  if (typeof exact === 'number') return exact === 0 ? 0 : exact;
  return exact < 2n ** 63n ? exact : exact.toString();
}

const DECIMAL = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/;

/** The digits beyond the scale are rounded, halves away from zero. */
function decimalOf(text: string, type: ColumnType & { family: 'decimal' }, column: Column): string {
  const [matched, sign, whole = '', fraction = ''] = DECIMAL.exec(plainNumber(text)) ?? [];
  if (matched === undefined || whole + fraction === '') return refuse(text, column);
  const { precision, scale } = type;
  const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  const rounded = (fraction.charAt(scale) || '0') >= '5' ? digits + 1n : digits;
  const shown = rounded.toString().padStart(scale + 1, '0');
  if (rounded >= 10n ** BigInt(precision)) throw outOfRange(column);
  const minus = sign === '-' && rounded !== 0n ? '-' : '';
  return minus + (scale === 0 ? shown : `${shown.slice(0, -scale)}.${shown.slice(-scale)}`);
}

/** Numbers of JSON may have an exponent. */
function plainNumber(text: string): string {
  const [matched, sign = '', whole = '', fraction = '', exponent = ''] =
    /^\s*([+-]?)(\d+)(?:\.(\d*))?[eE]([+-]?\d{1,3})\s*$/.exec(text) ?? [];
  if (matched === undefined) return text;
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction).padEnd(point, '0');
  return point <= 0
    ? `${sign}0.${'0'.repeat(-point)}${digits}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function floatOf(value: InputValue, column: Column): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const text = textOf(value);
  if (!/^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)) return refuse(value, column);
  const number = Number(text);
  if (!Number.isFinite(number)) throw outOfRange(column);
  return number;
}

function checkedText(text: string, type: ColumnType & { family: 'text' }, column: Column): string {
  // few characters of UTF-16 are few of any kind
  const isShort = text.length <= type.limit && type.unit === 'characters';
  const length = () => (type.unit === 'bytes' ? Buffer.byteLength(text) : Array.from(text).length);
  if (!isShort && length() > type.limit)
    throw new SqlError(1406, `Data too long for column '${column.name}'`);
  return text;
}

function checkedBytes(bytes: Uint8Array, limit: number, column: Column): Uint8Array {
  if (bytes.length > limit) throw new SqlError(1406, `Data too long for column '${column.name}'`);
  return bytes;
}

function jsonOf(value: InputValue, column: Column): string {
  if (typeof value !== 'string') return textOf(value);
  try {
    JSON.parse(value);
  } catch {
    return refuse(value, column);
  }
  return value.trim();
}

function yearOf(value: InputValue, column: Column): number {
  const year = Number(INTEGER.exec(textOf(value))?.[1]);
  return year === 0 || (year >= 1901 && year <= 2155) ? year : refuse(value, column);
}

/** Booleans as JSON writes them; bytes as UTF-8. */
export function textOf(value: InputValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'object' ? jsonText(value) : String(value);
}

const outOfRange = (column: Column): SqlError =>
  new SqlError(1264, `Out of range value for column '${column.name}'`);

function refuse(value: InputValue, column: Column): never {
  const [type = ''] = column.type.name.split('(', 1);
  const text = value === null ? '' : textOf(value);
  const shown = text.length > 64 ? `${text.slice(0, 64)}…` : text;
  throw new SqlError(1366, `Invalid ${type} value '${shown}' for column '${column.name}'`);
}
