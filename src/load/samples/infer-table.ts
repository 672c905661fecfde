import type { InferredTable } from '../inference/inferred-table.ts';
import { detectFormat, type DetectedFormat, type FormatName } from './file-format.ts';
import type { InferOptions, KindReader } from './kind-reader.ts';
import { ReadBudget, type SampleFile } from './sample-file.ts';
import { unreadable } from './unreadable.ts';

/** What is read where nobody says how much, of all files together and after decompression. */
export const DEFAULT_BYTES = 256 * 1024 * 1024;

/**
 * Reads files, which are to be of one kind, and finds the table that holds their rows. Memory does not grow with the number of rows or
 * files. Rejects with `entry_unreadable` for a file that cannot be read or that is of another kind; undefined: there was no file.
 */
export async function inferTable(
  files: AsyncIterable<SampleFile>,
  options: InferOptions,
): Promise<InferredTable | undefined> {
  const { sample } = options;
  const budget = new ReadBudget({
    bytes: sample === undefined ? DEFAULT_BYTES : Number.POSITIVE_INFINITY,
    rows: typeof sample === 'number' ? sample : Number.POSITIVE_INFINITY,
  });
  let kind:
    { readonly detected: DetectedFormat; readonly reader: KindReader; readonly file: string } | undefined;
  let count = 0;
  let readAll = true;
  for await (const file of files) {
    if (budget.isSpent) {
      readAll = false;
      break;
    }
    const { first, again } = await peek(file);
    const detected = detectFormat(file, first, new TextDecoder().decode(first));
    if (kind === undefined)
      kind = { detected, reader: await readerOf(detected.format, options), file: file.name };
    else checkSameKind(kind, detected, file);
    count++;
    if (!(await kind.reader.add(again, detected, budget))) readAll = false;
  }
  if (kind === undefined) return undefined;
  const { rows, bytes } = budget;
  return {
    ...kind.reader.finish({ readAll }),
    compression: kind.detected.compression,
    extent: { files: count, rows, bytes, readAll },
  };
}

async function readerOf(format: FormatName, options: InferOptions): Promise<KindReader> {
  switch (format) {
    case 'csv':
      return new (await import('./read-csv.ts')).CsvFiles(options);
    case 'json':
      return new (await import('./read-json.ts')).JsonFiles(options);
    case 'parquet':
      return new (await import('./read-parquet.ts')).ParquetFiles();
    default:
      return format satisfies never;
  }
}

function checkSameKind(
  { detected: known, file: before }: { readonly detected: DetectedFormat; readonly file: string },
  detected: DetectedFormat,
  file: SampleFile,
): void {
  if (known.format === detected.format) return;
  throw unreadable(
    file.name,
    undefined,
    `it is ${NAMES[detected.format]}, and ${before} is ${NAMES[known.format]}: name files of one kind, as with a pattern in quotes`,
  );
}

const NAMES: Readonly<Record<FormatName, string>> = { csv: 'CSV', json: 'JSON', parquet: 'Parquet' };
const FIRST_BYTES = 4096;

/** The first bytes of a file, and the file whose next reading goes on with them: it is asked for once. */
async function peek(file: SampleFile): Promise<{ readonly first: Uint8Array; readonly again: SampleFile }> {
  const rest = (await file.read())[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < FIRST_BYTES) {
    const { done, value } = await rest.next();
    if (done === true) break;
    // the memory of a chunk may be read into again
    parts.push(Uint8Array.from(value));
    length += value.length;
  }
  async function* replay(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* parts;
      for (;;) {
        const { done, value } = await rest.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      await rest.return?.();
    }
  }
  const first = Buffer.concat(parts).subarray(0, FIRST_BYTES);
  return { first, again: { ...file, read: () => Promise.resolve(replay()) } };
}
