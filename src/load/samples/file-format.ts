import type { SampleFile } from './sample-file.ts';
import { unreadable } from './unreadable.ts';

export type FormatName = 'csv' | 'json' | 'parquet';

/** What a file is, by its content and its name. */
export interface DetectedFormat {
  readonly format: FormatName;
  readonly compression: '' | 'gz';
  /** The name ends in .tsv. */
  readonly isTabs: boolean;
}

const MAGIC: readonly (readonly [string, string])[] = [
  [
    'Obj\u0001',
    'it is Avro, which load sql does not read: write Parquet or JSON lines, or see FORMAT AVRO of CREATE PIPELINE',
  ],
  ['ORC', 'it is ORC, which pipelines do not read: write Parquet'],
  [
    'PK\u0003\u0004',
    'it is a ZIP archive (or a spreadsheet), which pipelines do not read: write CSV, packed as .gz',
  ],
  ['BZh', 'it is packed by bzip2, which pipelines do not read: pack it as .gz'],
  ['\u00fd7zXZ', 'it is packed by xz, which pipelines do not read: pack it as .gz'],
  ['(\u00b5/\u00fd', 'it is packed by zstd, which pipelines do not read: pack it as .gz'],
  [
    '\u0004"M\u0018',
    'it is packed by LZ4: pipelines read .lz4, load sql does not; show it the same file as .gz',
  ],
  ['\u00ff\u00fe', 'it is UTF-16, and pipelines read UTF-8: convert it with "iconv -f UTF-16 -t UTF-8"'],
  ['\u00fe\u00ff', 'it is UTF-16, and pipelines read UTF-8: convert it with "iconv -f UTF-16 -t UTF-8"'],
];
const REFUSED_NAMES: readonly (readonly [RegExp, string])[] = [
  [
    /\.avro$/i,
    'Avro is not read by load sql: write Parquet or JSON lines, or see FORMAT AVRO of CREATE PIPELINE',
  ],
  [
    /\.(?:zst|bz2|xz|zip|7z|tar|tgz)$/i,
    'pipelines read .gz and .lz4 by the name of the file, and no other packing: pack it as .gz',
  ],
  [/\.lz4$/i, 'pipelines read .lz4, load sql does not: show it the same file as .gz'],
  [/\.(?:orc|xlsx?|pdf|sqlite)$/i, 'pipelines read CSV, JSON, Avro and Parquet'],
];
const startsWith = (bytes: Uint8Array, magic: string): boolean =>
  magic.length <= bytes.length &&
  Array.from(magic).every((character, at) => bytes[at] === character.charCodeAt(0));

/**
 * What a file is. The packing is told by the name, as pipelines do it; the format by the content, and by the name where the
 * content is text. Rejects with `entry_unreadable` what load sql, or no pipeline, can read.
 */
export function detectFormat(file: SampleFile, first: Uint8Array, firstText: string): DetectedFormat {
  const { name } = file;
  const refused = REFUSED_NAMES.find(([pattern]) => pattern.test(name));
  if (refused !== undefined) throw unreadable(file.name, undefined, refused[1]);
  const isPacked = startsWith(first, '\u001f\u008b');
  const isNamedPacked = /\.gz$/i.test(name);
  if (isPacked && !isNamedPacked)
    throw unreadable(
      name,
      undefined,
      'it is packed by gzip, and pipelines tell that by the name: it has to end in .gz',
    );
  if (isNamedPacked && !isPacked && first.length > 0)
    throw unreadable(
      name,
      undefined,
      'its name ends in .gz, and it is not packed: pipelines could not read it',
    );
  const known = MAGIC.find(([magic]) => startsWith(first, magic));
  if (known !== undefined) throw unreadable(name, undefined, known[1]);
  const stem = name.replace(/\.gz$/i, '');
  if (startsWith(first, 'PAR1')) return { format: 'parquet', compression: '', isTabs: false };
  if (/\.parquet$/i.test(stem))
    throw unreadable(name, undefined, 'its name ends in .parquet, and it is none');
  const compression = isNamedPacked ? 'gz' : '';
  return {
    format: isJson(stem, firstText) ? 'json' : 'csv',
    compression,
    isTabs: /\.(?:tsv|tab)$/i.test(stem),
  };
}

function isJson(stem: string, text: string): boolean {
  if (/\.(?:json|jsonl|ndjson)$/i.test(stem)) return true;
  return !/\.(?:csv|tsv|tab|psv)$/i.test(stem) && /^\s*(?:\{\s*["}]|\[\s*\{)/.test(text);
}
