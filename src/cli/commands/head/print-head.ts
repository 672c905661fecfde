import { parsePlace } from '../../../jobs/addresses.ts';
import { listPlace } from '../../../jobs/ends/list-place.ts';
import { openFile } from '../../../jobs/ends/open-file.ts';
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
  const chunks = chunksOf(await source.read(entry, { signal: around.draining }));
  const quoted = /\.(?:csv|tsv)$/i.test(entry.path);
  const part =
    bytes === undefined ? firstRows(chunks, { rows: rows ?? ROWS, quoted }) : firstBytes(chunks, bytes);
  const shown = context.host.stdout.isTTY === true && bytes === undefined ? asText(part) : part;
  return (await writeToStdout(context, shown)) ? EXIT.clean : EXIT.interrupted;
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
