import { SqlError } from '../sql-error.ts';
import type { TokenReader } from '../sql/token-reader.ts';

/** A type of SingleStore, with its limits. */
export type ColumnType = { readonly name: string } & (
  | { readonly family: 'integer'; readonly min: bigint; readonly max: bigint }
  | { readonly family: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly family: 'float' }
  /** `unit`: whether the limit counts characters or bytes. */
  | { readonly family: 'text'; readonly limit: number; readonly unit: 'characters' | 'bytes' }
  | { readonly family: 'binary'; readonly limit: number }
  | { readonly family: 'date' }
  | { readonly family: 'time'; readonly digits: 0 | 6 }
  | { readonly family: 'datetime' | 'timestamp'; readonly digits: 0 | 6 }
  | { readonly family: 'year' }
  | { readonly family: 'json' }
);
export type Family = ColumnType['family'];

const INTEGER_BITS: Readonly<Record<string, number>> = {
  TINYINT: 8,
  SMALLINT: 16,
  MEDIUMINT: 24,
  INT: 32,
  INTEGER: 32,
  BIGINT: 64,
};
const TEXTS: Readonly<Record<string, number>> = {
  TINYTEXT: 255,
  TEXT: 65_535,
  MEDIUMTEXT: 16_777_215,
  LONGTEXT: 4_294_967_295,
};
const BLOBS: Readonly<Record<string, number>> = {
  TINYBLOB: 255,
  BLOB: 65_535,
  MEDIUMBLOB: 16_777_215,
  LONGBLOB: 4_294_967_295,
};

/** Reads a type. Throws error 1235 for one that the embedded database does not have. */
export function readType(reader: TokenReader): ColumnType {
  const word = reader.expectName().toUpperCase();
  if (word === 'DOUBLE') reader.take('PRECISION');
  const limits = readLimits(reader);
  const isUnsigned = reader.take('UNSIGNED');
  const type = typeOf(word, limits, isUnsigned);
  if (type === undefined) throw new SqlError(1235, `the embedded database does not have the type ${word}`);
  return type;
}

function readLimits(reader: TokenReader): readonly number[] {
  const limits: number[] = [];
  if (!reader.take('(')) return limits;
  do limits.push(reader.expectNumber());
  while (reader.take(','));
  reader.expect(')');
  return limits;
}

function typeOf(word: string, limits: readonly number[], isUnsigned: boolean): ColumnType | undefined {
  const [first, second] = limits;
  const bits = INTEGER_BITS[word];
  if (bits !== undefined) return integer(word === 'INTEGER' ? 'INT' : word, bits, isUnsigned, first);
  const text = TEXTS[word];
  if (text !== undefined) return { name: word, family: 'text', limit: text, unit: 'bytes' };
  const blob = BLOBS[word];
  if (blob !== undefined) return { name: word, family: 'binary', limit: blob };
  switch (word) {
    case 'BOOL':
    case 'BOOLEAN':
      return integer('TINYINT', 8, false, 1);
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
    case 'FIXED':
      return decimal(first ?? 10, second ?? 0);
    case 'FLOAT':
    case 'REAL':
    case 'DOUBLE':
      return { name: word === 'REAL' ? 'DOUBLE' : word, family: 'float' };
    case 'CHAR':
    case 'CHARACTER':
      return characters('CHAR', first ?? 1);
    case 'VARCHAR':
      return characters('VARCHAR', first ?? 65_535);
    case 'BINARY':
      return { name: `BINARY(${first ?? 1})`, family: 'binary', limit: first ?? 1 };
    case 'VARBINARY':
      return { name: `VARBINARY(${first ?? 65_535})`, family: 'binary', limit: first ?? 65_535 };
    case 'DATE':
      return { name: 'DATE', family: 'date' };
    case 'TIME':
    case 'DATETIME':
    case 'TIMESTAMP':
      return temporal(word, first ?? 0);
    case 'YEAR':
      return { name: 'YEAR', family: 'year' };
    case 'JSON':
      return { name: 'JSON', family: 'json' };
    default:
      return undefined;
  }
}

function integer(word: string, bits: number, isUnsigned: boolean, width: number | undefined): ColumnType {
  const shown = width === undefined ? word : `${word}(${width})`;
  const size = BigInt(bits);
  return isUnsigned
    ? { name: `${shown} UNSIGNED`, family: 'integer', min: 0n, max: 2n ** size - 1n }
    : { name: shown, family: 'integer', min: -(2n ** (size - 1n)), max: 2n ** (size - 1n) - 1n };
}

function decimal(precision: number, scale: number): ColumnType {
  if (precision < 1 || precision > 65)
    throw new SqlError(1426, `Too-big precision ${precision} specified. Maximum is 65.`);
  if (scale > 30 || scale > precision)
    throw new SqlError(1425, `Too big scale ${scale} specified. Maximum is 30, and the precision.`);
  return { name: `DECIMAL(${precision},${scale})`, family: 'decimal', precision, scale };
}

const characters = (word: string, limit: number): ColumnType => ({
  name: `${word}(${limit})`,
  family: 'text',
  limit,
  unit: 'characters',
});

function temporal(word: 'TIME' | 'DATETIME' | 'TIMESTAMP', digits: number): ColumnType {
  if (digits !== 0 && digits !== 6)
    throw new SqlError(1064, `${word} has 0 or 6 digits of a second, not ${digits}`);
  const family = word.toLowerCase() as 'time' | 'datetime' | 'timestamp';
  return { name: digits === 0 ? word : `${word}(6)`, family, digits };
}

/** The most digits that a number of SQLite keeps exactly. */
const EXACT_DIGITS = 15;

/**
 * The type that SQLite is told: from its words SQLite takes how values are kept, and a reply takes the type of a column from
 * it again. Decimals of many digits are kept as text, and JSON always is.
 */
export function sqliteType(type: ColumnType): string {
  if (type.family === 'json') return 'JSON TEXT';
  if (type.family === 'decimal' && type.precision > EXACT_DIGITS) return `${type.name} TEXT`;
  if (type.family === 'integer' && type.max > 2n ** 63n) return 'BIGUNSIGNED BLOB';
  return type.name;
}
