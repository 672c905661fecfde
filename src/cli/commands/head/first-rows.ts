const NEWLINE = 0x0a;
const QUOTE = 0x22;

export interface FirstRowsOptions {
  readonly rows: number;
  /** Whether a line break between double quotes is part of a row, as in CSV. */
  readonly quoted: boolean;
}

/** The bytes of the first rows, as they come, and no more. */
export async function* firstRows(
  chunks: AsyncIterable<Uint8Array>,
  { rows, quoted }: FirstRowsOptions,
): AsyncGenerator<Uint8Array, void> {
  let left = rows;
  let isInQuotes = false;
  for await (const chunk of chunks) {
    for (const [at, byte] of chunk.entries()) {
      // a doubled quote, which stands for one in the text, ends the quotes and begins them again
      if (byte === QUOTE && quoted) isInQuotes = !isInQuotes;
      else if (byte === NEWLINE && !isInQuotes && --left === 0) {
        yield chunk.subarray(0, at + 1);
        return;
      }
    }
    yield chunk;
  }
}

/** The first bytes, as they come, and no more. */
export async function* firstBytes(
  chunks: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array, void> {
  let left = bytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return;
  }
}
