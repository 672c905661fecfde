import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
} from 'hyparquet';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { isSyncError, messageOf, SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { bytes, counted } from '../../output/quantities.ts';

/** A file of which parts can be read. */
export interface Ranges {
  /** Bytes. */
  readonly size: number;
  /** The bytes from an offset on; whoever has enough leaves the iteration. */
  from(offset: number): Promise<AsyncIterable<Uint8Array>>;
}

/** A group of rows is read as a whole; of a larger one only the schema is shown. */
const LARGEST_GROUP_BYTES = 128 * 1024 * 1024;
/** What is read of the end at first: the footer of most files. */
const FOOTER_BYTES = 64 * 1024;

const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

/** The schema of a Parquet file, each line after a `#`, and its first rows as lines of JSON. Reads what it needs in ranges. */
export async function* parquetHead(ranges: Ranges, rows: number): AsyncGenerator<Uint8Array, void> {
  const file: AsyncBuffer = {
    byteLength: ranges.size,
    slice: (start, end = ranges.size) => readPart(ranges, start, end),
  };
  try {
    const metadata = await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES });
    yield lines(schemaLines(metadata));
    const group = Number(metadata.row_groups[0]?.total_byte_size ?? 0);
    if (group > LARGEST_GROUP_BYTES) {
      yield lines([`# its rows come in groups of ${bytes(group)}, which is too much to look at`]);
      return;
    }
    const found = await parquetReadObjects({
      file,
      metadata,
      rowStart: 0,
      rowEnd: Math.min(rows, Number(metadata.num_rows)),
      compressors: COMPRESSORS,
    });
    yield lines(found.map((row) => JSON.stringify(row, plain)));
  } catch (error) {
    if (isSyncError(error)) throw error;
    throw new SyncError(
      'entry_unreadable',
      `this cannot be read as Parquet: ${messageOf(error)}; --bytes shows it as it is`,
      {
        verdict: 'skip_entry',
        operation: 'read',
        cause: error,
      },
    );
  }
}

async function readPart(ranges: Ranges, start: number, end: number): Promise<ArrayBuffer> {
  if (end - start > LARGEST_GROUP_BYTES) throw new Error('a part of it is too large to look at');
  const part = new Uint8Array(end - start);
  let filled = 0;
  if (part.length === 0) return part.buffer;
  for await (const chunk of await ranges.from(start)) {
    part.set(chunk.subarray(0, part.length - filled), filled);
    filled += Math.min(chunk.length, part.length - filled);
    if (filled === part.length) return part.buffer;
  }
  throw new Error('it ends before its end');
}

function schemaLines(metadata: FileMetaData): string[] {
  const columns = parquetSchema(metadata).children.map(({ element }) => {
    const { name, type, converted_type: converted, repetition_type: repetition } = element;
    const kind = [type ?? 'GROUP', converted, repetition === 'REQUIRED' ? 'not null' : undefined];
    return `#   ${printable(name)}  ${kind.filter((word) => word !== undefined).join(' ')}`;
  });
  return [`# ${counted(Number(metadata.num_rows), 'row')}, ${counted(columns.length, 'column')}`, ...columns];
}

/** What JSON has no form for. */
const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
};

const lines = (texts: readonly string[]): Uint8Array =>
  Buffer.from(texts.map((text) => `${text}\n`).join(''));
