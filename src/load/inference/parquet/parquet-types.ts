import { charType, longest } from '../columns/choose-number.ts';
import type { TypeChoice } from '../columns/column-choice.ts';
import type { ParquetElement, ParquetField } from './parquet-schema.ts';

/** The longest text that was seen in a column. */
export interface SeenTexts {
  readonly characters: number;
  readonly bytes: number;
  /** Whether all its rows were read. */
  readonly readAll: boolean;
}

const MOST_DIGITS = 65;
const MOST_SCALE = 30;

/** The type for a column of a Parquet file: what its footer says, and for text what was seen. */
export function chooseParquetType(
  { element, isNested }: ParquetField,
  seen: SeenTexts | undefined,
): TypeChoice {
  if (isNested) return { type: 'JSON', reason: nestedReason(element) };
  const { type, type_length: length = 0 } = element;
  const logical = logicalOf(element);
  const known = logical === undefined ? undefined : ofLogical(logical, element, seen);
  if (known !== undefined) return known;
  switch (type) {
    case 'BOOLEAN':
      return { type: 'BOOL', reason: 'BOOLEAN' };
    case 'INT32':
      return { type: 'INT', reason: 'INT32' };
    case 'INT64':
      return { type: 'BIGINT', reason: 'INT64' };
    case 'INT96':
      return { type: 'DATETIME(6)', reason: 'INT96, the old form of a time' };
    case 'FLOAT':
      return { type: 'FLOAT', reason: 'FLOAT' };
    case 'DOUBLE':
      return { type: 'DOUBLE', reason: 'DOUBLE' };
    case 'FIXED_LEN_BYTE_ARRAY':
      return { type: `BINARY(${length})`, reason: `bytes, always ${length}` };
    default:
      return { type: 'LONGBLOB', reason: 'bytes that are not said to be text' };
  }
}

const nestedReason = ({
  logical_type: logical,
  converted_type: converted,
  repetition_type: repeated,
}: ParquetElement): string => {
  const kind = logical?.type ?? converted;
  if (kind === 'MAP' || kind === 'MAP_KEY_VALUE') return 'a map';
  return kind === 'LIST' || repeated === 'REPEATED' ? 'a list' : 'a group';
};

/** One word for the two ways in which footers say what values mean. */
type Logical =
  | { readonly is: 'text' | 'json' | 'uuid' | 'date' | 'time' | 'float16' | 'bson' }
  | { readonly is: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly is: 'timestamp'; readonly unit: string; readonly isUtc: boolean }
  | { readonly is: 'integer'; readonly bits: number; readonly isSigned: boolean };

function logicalOf(element: ParquetElement): Logical | undefined {
  const { logical_type: logical, converted_type: converted } = element;
  switch (logical?.type) {
    case 'STRING':
    case 'ENUM':
      return { is: 'text' };
    case 'JSON':
    case 'VARIANT':
      return { is: 'json' };
    case 'UUID':
      return { is: 'uuid' };
    case 'DATE':
      return { is: 'date' };
    case 'TIME':
      return { is: 'time' };
    case 'FLOAT16':
      return { is: 'float16' };
    case 'DECIMAL':
      return { is: 'decimal', precision: logical.precision ?? 38, scale: logical.scale ?? 0 };
    case 'TIMESTAMP':
      return { is: 'timestamp', unit: logical.unit ?? 'MICROS', isUtc: logical.isAdjustedToUTC !== false };
    case 'INTEGER':
      return { is: 'integer', bits: logical.bitWidth ?? 64, isSigned: logical.isSigned !== false };
    default:
      return converted === undefined ? undefined : ofConverted(converted, element);
  }
}

function ofConverted(converted: string, { precision = 38, scale = 0 }: ParquetElement): Logical | undefined {
  const integer = /^(U?)INT_(\d+)$/.exec(converted);
  if (integer !== null) return { is: 'integer', bits: Number(integer[2]), isSigned: integer[1] === '' };
  switch (converted) {
    case 'UTF8':
    case 'ENUM':
      return { is: 'text' };
    case 'JSON':
      return { is: 'json' };
    case 'BSON':
      return { is: 'bson' };
    case 'DATE':
      return { is: 'date' };
    case 'TIME_MILLIS':
    case 'TIME_MICROS':
      return { is: 'time' };
    case 'TIMESTAMP_MILLIS':
      return { is: 'timestamp', unit: 'MILLIS', isUtc: true };
    case 'TIMESTAMP_MICROS':
      return { is: 'timestamp', unit: 'MICROS', isUtc: true };
    case 'DECIMAL':
      return { is: 'decimal', precision, scale };
    default:
      return undefined;
  }
}

function ofLogical(
  logical: Logical,
  { type }: ParquetElement,
  seen: SeenTexts | undefined,
): TypeChoice | undefined {
  switch (logical.is) {
    case 'text': {
      if (seen === undefined)
        return { type: 'LONGTEXT', reason: 'text that was not read: its groups of rows are too large' };
      const some = seen.readAll ? '' : ', of the rows that were read';
      return { type: charType(seen), reason: `text; ${longest(seen)}${some}` };
    }
    case 'json':
      return { type: 'JSON', reason: 'text that is JSON' };
    case 'uuid':
      return { type: 'CHAR(36)', reason: 'a UUID' };
    case 'date':
      return { type: 'DATE', reason: 'DATE' };
    case 'time':
      return { type: 'TIME(6)', reason: 'TIME' };
    case 'float16':
      return { type: 'FLOAT', reason: 'a FLOAT of 16 bits' };
    case 'bson':
      return { type: 'LONGBLOB', reason: 'BSON' };
    case 'timestamp':
      return ofTimestamp(logical, type);
    case 'decimal':
      return ofDecimal(logical);
    case 'integer':
      return ofInteger(logical);
    default:
      return logical satisfies never;
  }
}

function ofTimestamp(
  { unit, isUtc }: Extract<Logical, { is: 'timestamp' }>,
  type: string | undefined,
): TypeChoice {
  const cut = unit === 'NANOS' ? '; digits beyond a millionth of a second are cut' : '';
  const zone = isUtc ? 'in UTC' : 'without a zone';
  return {
    type: 'DATETIME(6)',
    reason: `TIMESTAMP ${zone}, ${unit.toLowerCase()} in ${type ?? 'INT64'}${cut}`,
  };
}

function ofDecimal({ precision, scale }: Extract<Logical, { is: 'decimal' }>): TypeChoice {
  if (precision <= MOST_DIGITS && scale <= MOST_SCALE)
    return { type: `DECIMAL(${precision},${scale})`, reason: `DECIMAL(${precision},${scale})` };
  return { type: 'DOUBLE', reason: `DECIMAL(${precision},${scale}), more than DECIMAL holds here` };
}

function ofInteger({ bits, isSigned }: Extract<Logical, { is: 'integer' }>): TypeChoice {
  const said = `a whole number of ${bits} bits${isSigned ? '' : ', without a sign'}`;
  if (isSigned)
    return {
      type: bits <= 8 ? 'TINYINT' : bits <= 16 ? 'SMALLINT' : bits <= 32 ? 'INT' : 'BIGINT',
      reason: said,
    };
  return {
    type: bits <= 8 ? 'SMALLINT' : bits <= 16 ? 'INT' : bits <= 32 ? 'BIGINT' : 'BIGINT UNSIGNED',
    reason: said,
  };
}
