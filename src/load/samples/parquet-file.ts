import { parquetMetadataAsync, type AsyncBuffer, type Compressors, type FileMetaData } from 'hyparquet';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

/** A file of which parts can be read. */
export interface Ranges {
  /** Bytes. */
  readonly size: number;
  /** The bytes from an offset on; whoever has enough leaves the iteration. */
  from(offset: number): Promise<AsyncIterable<Uint8Array>>;
}

/** A group of rows is read as a whole; a larger one is not. */
export const LARGEST_GROUP_BYTES = 128 * 1024 * 1024;
/** What is read of the end at first: the footer of most files. */
const FOOTER_BYTES = 64 * 1024;

export const COMPRESSORS: Compressors = {
  GZIP: (input) => gunzipSync(input),
  BROTLI: (input) => brotliDecompressSync(input),
  ZSTD: (input) => zstdDecompressSync(input),
};

export interface ParquetFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

/** Reads the footer of a Parquet file, in ranges. Rejects with the parser's error for what is none. */
export async function openParquet(ranges: Ranges): Promise<ParquetFile> {
  const file: AsyncBuffer = {
    byteLength: ranges.size,
    slice: (start, end = ranges.size) => readPart(ranges, start, end),
  };
  return { file, metadata: await parquetMetadataAsync(file, { initialFetchSize: FOOTER_BYTES }) };
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
