import { parquetReadObjects, parquetSchema, type FileMetaData } from 'hyparquet';
import {
  COMPRESSORS,
  LARGEST_GROUP_BYTES,
  openParquet,
  type Ranges,
} from '../../../load/samples/parquet-file.ts';
import { isSyncError, messageOf, SyncError } from '../../../model/errors.ts';
import { printable } from '../../../model/printable.ts';
import { bytes, counted } from '../../output/quantities.ts';

/** The schema of a Parquet file, each line after a `#`, and its first rows as lines of JSON. Reads what it needs in ranges. */
export async function* parquetHead(ranges: Ranges, rows: number): AsyncGenerator<Uint8Array, void> {
  try {
    const { file, metadata } = await openParquet(ranges);
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
