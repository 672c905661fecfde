import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FileFormat } from '../sql/statements.ts';
import { CsvReader } from './csv.ts';
import { JsonReader } from './json.ts';
import { extractError } from './record.ts';
import type { FileRecord, RecordReader } from './record.ts';
import { chunksOf } from './stage-files.ts';
import type { OpenFile } from './stage-files.ts';

/** The rows of a file, as they are read. A name that ends in `.gz` is unpacked. */
export async function* recordsOf(file: OpenFile, format: FileFormat): AsyncGenerator<Iterable<FileRecord>> {
  if (format.format === 'parquet') {
    const { parquetRecords } = await import('./parquet.ts');
    yield* parquetRecords(file);
    return;
  }
  const reader: RecordReader = format.format === 'csv' ? new CsvReader(format) : new JsonReader();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch {
      throw extractError(`${file.path} is not UTF-8`);
    }
  };
  for await (const bytes of unpacked(file)) yield reader.push(decode(bytes));
  yield reader.push(decode());
  yield reader.end();
}

async function* unpacked(file: OpenFile): AsyncGenerator<Uint8Array> {
  if (!file.path.toLowerCase().endsWith('.gz')) {
    yield* chunksOf(file);
    return;
  }
  try {
    const source = Readable.from(chunksOf(file));
    const gunzip = createGunzip();
    source.once('error', (error) => gunzip.destroy(error));
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw extractError(
      `${file.path} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
