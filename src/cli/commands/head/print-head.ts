import { createReadStream } from 'node:fs';
import { parsePlace, type PlaceAddress } from '../../../jobs/addresses.ts';
import { listPlace } from '../../../jobs/ends/list-place.ts';
import { openFile, type OpenFile } from '../../../jobs/ends/open-file.ts';
import { checkBucketFlags } from '../../../jobs/ends/open-place.ts';
import { usageError } from '../../../jobs/usage-errors.ts';
import { printable } from '../../../model/printable.ts';
import type { Content } from '../../../model/ports.ts';
import type { Context } from '../../context.ts';
import { EXIT, type ExitStatus } from '../../exit-status.ts';
import type { S3Flags, StageFlags } from '../../flags/authority-flags.ts';
import { writeToStdout } from '../../output/stdout-bytes.ts';
import { lookingSurroundings } from '../../surroundings.ts';
import { firstBytes, firstRows } from './first-rows.ts';
import type { Ranges } from '../../../load/samples/parquet-file.ts';

/** The flags of `stagesync head`. */
export interface HeadFlags extends StageFlags, S3Flags {
  readonly rows?: number;
  readonly bytes?: number;
}

const ROWS = 10;

/** `stagesync head`. Leaves the file as soon as the wanted part has come. */
export async function printHead(context: Context, text: string, flags: HeadFlags): Promise<ExitStatus> {
  const { rows, bytes } = flags;
  if (rows !== undefined && bytes !== undefined)
    throw usageError('--rows counts rows and --bytes bytes: give one of the two');
  const address = parsePlace(text, 'ADDRESS', context.host.cwd);
  const around = lookingSurroundings(context, flags, 'head');
  checkBucketFlags([address], around, 'ADDRESS is not');
  await using opened = new AsyncDisposableStack();
  const file = await openFile(opened, address, around);
  if (file === undefined) {
    // tells of itself where nothing is there
    await listPlace(opened, address, around, { recursive: false, text }).next();
    throw usageError(`${printable(text)} is a folder; name a file in it, or list it with "stagesync ls"`);
  }
  const { source, entry } = file;
  const { stdout } = context.host;
  const write = async (part: AsyncIterable<Uint8Array>): Promise<ExitStatus> => {
    const shown = stdout.isTTY === true && bytes === undefined ? asText(part) : part;
    return (await writeToStdout(context, shown)) ? EXIT.clean : EXIT.interrupted;
  };
  if (bytes === undefined && /\.parquet$/i.test(entry.path)) {
    const { parquetHead } = await import('./parquet-head.ts');
    return await write(parquetHead(rangesOf(file, address, around.draining), rows ?? ROWS));
  }
  const chunks = chunksOf(await source.read(entry, { signal: around.draining }));
  const quoted = /\.(?:csv|tsv)$/i.test(entry.path);
  const part =
    bytes === undefined ? firstRows(chunks, { rows: rows ?? ROWS, quoted }) : firstBytes(chunks, bytes);
  return await write(part);
}

/** Parts of the file: a directory's are read in place, those of other places as ranges. */
function rangesOf({ source, entry }: OpenFile, address: PlaceAddress, signal: AbortSignal): Ranges {
  return {
    size: entry.size,
    async from(offset) {
      if (address.kind === 'local') return createReadStream(address.root, { start: offset, signal });
      if (source.readFrom === undefined) throw usageError('this place gives no part of a file; use --bytes');
      return source.readFrom(entry, offset, { signal });
    },
  };
}

async function* chunksOf(content: Content): AsyncGenerator<Uint8Array, void> {
  if ('bytes' in content) yield content.bytes;
  else yield* content.chunks;
}

/** For a terminal: what would steer it is escaped, as everywhere. */
async function* asText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield escaped(decoder.decode(chunk, { stream: true }));
  yield escaped(decoder.decode());
}

const escaped = (text: string): Uint8Array =>
  Buffer.from(
    text
      .split(/(\r?\n|\t)/)
      .map((part, at) => (at % 2 === 1 ? part : printable(part)))
      .join(''),
  );
