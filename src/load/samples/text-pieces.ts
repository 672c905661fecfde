import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ReadBudget, SampleFile } from './sample-file.ts';
import { unreadable } from './unreadable.ts';

/** What is known of a text once its pieces were read. */
export interface TextReading {
  readonly pieces: AsyncGenerator<string, void>;
  /** Whether the end of the file was reached. */
  readonly isWhole: () => boolean;
  readonly hasMark: () => boolean;
}

/**
 * The text of a file, unpacked and without its byte order mark, as far as the budget goes. `line` says how far its reader came, for
 * the error: rejects with `entry_unreadable` where the text is not UTF-8 or the packing is broken.
 */
export function textPieces(
  file: SampleFile,
  {
    compression,
    budget,
    line,
  }: { readonly compression: '' | 'gz'; readonly budget: ReadBudget; readonly line: () => number },
): TextReading {
  let isWhole = false;
  let hasMark = false;
  async function* pieces(): AsyncGenerator<string, void> {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let isFirst = true;
    const decode = (chunk?: Uint8Array): string => {
      try {
        return decoder.decode(chunk, { stream: chunk !== undefined });
      } catch (error) {
        throw unreadable(
          file.name,
          line() + linesBefore(chunk),
          'this is not UTF-8, which is what pipelines read: convert it, as with "iconv -f LATIN1 -t UTF-8"',
          error,
        );
      }
    };
    for await (const chunk of bytesOf(file, compression)) {
      budget.bytes += chunk.length;
      let text = decode(chunk);
      if (isFirst && text !== '') {
        isFirst = false;
        hasMark = text.startsWith('\ufeff');
        if (hasMark) text = text.slice(1);
      }
      yield text;
      if (budget.isSpent) return;
    }
    yield decode();
    isWhole = true;
  }
  return { pieces: pieces(), isWhole: () => isWhole, hasMark: () => hasMark };
}

/** The lines of a piece up to what is not UTF-8. */
function linesBefore(chunk: Uint8Array | undefined): number {
  if (chunk === undefined) return 0;
  const text = new TextDecoder('utf-8').decode(chunk);
  const bad = text.indexOf('\ufffd');
  return (bad === -1 ? text : text.slice(0, bad)).split('\n').length - 1;
}

async function* bytesOf(file: SampleFile, compression: '' | 'gz'): AsyncGenerator<Uint8Array, void> {
  const chunks = await file.read();
  if (compression === '') {
    yield* chunks;
    return;
  }
  const unpacked = createGunzip();
  let failure: NodeJS.ErrnoException | undefined;
  pipeline(Readable.from(chunks, { objectMode: false }), unpacked, (error) => (failure = error ?? undefined));
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    const code = (failure ?? (error as NodeJS.ErrnoException)).code;
    if (code?.startsWith('Z_') !== true) throw error;
    throw unreadable(file.name, undefined, 'the packing (gzip) is broken or cut off', error);
  }
}
