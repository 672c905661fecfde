import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from 'hyparquet';
import { jsonText } from '../tables/json-text.ts';
import { extractError } from './record.ts';
import type { FileRecord } from './record.ts';
import type { OpenFile } from './stage-files.ts';

const SHOWN = 1024;

const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
};

const MICROS_PER_DAY = 86_400_000_000n;

/** Times and dates as text, so that nothing is lost beyond the millisecond. */
const PARSERS = {
  timestampFromMilliseconds: (millis: bigint | undefined) => timestampText(millis, (each) => each * 1000n),
  timestampFromMicroseconds: (micros: bigint | undefined) => timestampText(micros, (each) => each),
  timestampFromNanoseconds: (nanos: bigint | undefined) => timestampText(nanos, (each) => each / 1000n),
  dateFromDays: (days: number | undefined) => (days === undefined ? undefined : dayText(days)),
};

/** The rows of a Parquet file. One group of rows is in memory at a time. */
export async function* parquetRecords(opened: OpenFile): AsyncGenerator<Iterable<FileRecord>> {
  if (opened.path.toLowerCase().endsWith('.gz'))
    throw extractError(`${opened.path}: a Parquet file is packed inside, not as a whole`);
  const file: AsyncBuffer = {
    byteLength: opened.size,
    slice: async (start, end = opened.size) => {
      const from = start < 0 ? opened.size + start : start;
      return Uint8Array.from(await opened.read(from, Math.min(end, opened.size))).buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(file);
    const decimals = decimalsOf(metadata);
    let row = 0;
    for (const group of metadata.row_groups) {
      const end = row + Number(group.num_rows);
      const rows = await parquetReadObjects({
        file,
        metadata: withoutDecimals(metadata),
        rowStart: row,
        rowEnd: end,
        compressors: COMPRESSORS,
        parsers: PARSERS,
        utf8: false,
      });
      yield recordsOf(rows, row, decimals);
      row = end;
    }
  } catch (error) {
    throw extractError(`${opened.path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function* recordsOf(
  rows: readonly Record<string, unknown>[],
  first: number,
  decimals: ReadonlyMap<string, number>,
): Generator<FileRecord> {
  for (const [at, row] of rows.entries()) {
    for (const [name, scale] of decimals) row[name] = decimalText(row[name], scale);
    yield {
      content: row,
      line: first + at + 1,
      // of all rows that would take long, and few are asked
      get text() {
        return jsonText(row).slice(0, SHOWN);
      },
    };
  }
}

const isDecimal = (element: SchemaElement): boolean =>
  element.converted_type === 'DECIMAL' || element.logical_type?.type === 'DECIMAL';

/** Decimals at the top, with their scales: a double would not have all their digits. */
function decimalsOf({ schema }: FileMetaData): ReadonlyMap<string, number> {
  return new Map(
    topOf(schema)
      .filter(isDecimal)
      .map((element) => [element.name, scaleOf(element)]),
  );
}

const scaleOf = (element: SchemaElement): number =>
  (element.logical_type?.type === 'DECIMAL' ? element.logical_type.scale : element.scale) ?? 0;

/** The elements right below the root; those with children are followed by these. */
function topOf(schema: readonly SchemaElement[]): readonly SchemaElement[] {
  const top: SchemaElement[] = [];
  for (let at = 1; at < schema.length; at = endOf(schema, at)) top.push(schema[at]!);
  return top;
}

function endOf(schema: readonly SchemaElement[], at: number): number {
  let end = at + 1;
  for (let child = 0; child < (schema[at]?.num_children ?? 0); child++) end = endOf(schema, end);
  return end;
}

/** Decimals at the top are read as the integers or bytes that they are. */
function withoutDecimals(metadata: FileMetaData): FileMetaData {
  const top = new Set(topOf(metadata.schema).filter(isDecimal));
  const schema = metadata.schema.map((element) => {
    if (!top.has(element)) return element;
    const { converted_type: _converted, logical_type: _logical, ...plain } = element;
    return plain;
  });
  return { ...metadata, schema };
}

function decimalText(value: unknown, scale: number): unknown {
  if (value === null || value === undefined) return null;
  const unscaled = value instanceof Uint8Array ? signed(value) : BigInt(value as number | bigint);
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const shown = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return unscaled < 0n ? `-${shown}` : shown;
}

const signed = (bytes: Uint8Array): bigint =>
  bytes.length === 0
    ? 0n
    : BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));

function timestampText(value: bigint | undefined, toMicros: (value: bigint) => bigint): string | undefined {
  if (value === undefined || value === null) return undefined;
  const micros = toMicros(value);
  const inDay = ((micros % MICROS_PER_DAY) + MICROS_PER_DAY) % MICROS_PER_DAY;
  const seconds = Number(inDay / 1_000_000n);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const day = dayText(Number((micros - inDay) / MICROS_PER_DAY));
  const fraction = (inDay % 1_000_000n).toString().padStart(6, '0');
  return `${day} ${clock.map((part) => String(part).padStart(2, '0')).join(':')}.${fraction}`;
}

const dayText = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);
