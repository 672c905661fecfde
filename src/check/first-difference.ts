import type { FileEntry } from '../model/entry.ts';
import type { Content, Source } from '../model/ports.ts';

/** One file to read: where it is, and as what it was listed there. */
export interface ListedCopy {
  readonly source: Source;
  readonly entry: FileEntry;
}

export interface ReadingOptions {
  readonly signal: AbortSignal;
  /** Hears of bytes that were read of both and are equal. */
  readonly onRead?: ((bytes: number) => void) | undefined;
}

/**
 * Reads two files side by side. Resolves with the offset, in bytes, of the first byte that differs; undefined where all
 * are equal. Reads no further than the difference. Rejects as `Source.read` does; both readings are let go of in any case.
 */
export async function firstDifference(
  a: ListedCopy,
  b: ListedCopy,
  { signal, onRead = () => undefined }: ReadingOptions,
): Promise<number | undefined> {
  const opened = await Promise.allSettled([a, b].map(({ source, entry }) => source.read(entry, { signal })));
  const readings = opened.map((each) => (each.status === 'fulfilled' ? chunksOf(each.value) : undefined));
  try {
    for (const each of opened) if (each.status === 'rejected') throw each.reason;
    return await compareChunks(readings[0]!, readings[1]!, onRead);
  } finally {
    await Promise.allSettled(readings.map(async (each) => each?.return?.()));
  }
}

type Chunks = AsyncIterator<Uint8Array> | Iterator<Uint8Array>;

const chunksOf = (content: Content): Chunks =>
  'bytes' in content ? [content.bytes][Symbol.iterator]() : content.chunks[Symbol.asyncIterator]();

const NONE = new Uint8Array();

async function compareChunks(
  a: Chunks,
  b: Chunks,
  onRead: (bytes: number) => void,
): Promise<number | undefined> {
  let ofA: Uint8Array = NONE;
  let ofB: Uint8Array = NONE;
  for (let offset = 0; ;) {
    // both at once: two places are asked at the same time
    const [moreA, moreB] = await Promise.all([
      ofA.length === 0 ? nextOf(a) : ofA,
      ofB.length === 0 ? nextOf(b) : ofB,
    ]);
    if (moreA === undefined || moreB === undefined) return moreA === moreB ? undefined : offset;
    const length = Math.min(moreA.length, moreB.length);
    if (Buffer.compare(moreA.subarray(0, length), moreB.subarray(0, length)) !== 0)
      return offset + placeOfDifference(moreA, moreB);
    offset += length;
    onRead(length);
    [ofA, ofB] = [moreA.subarray(length), moreB.subarray(length)];
  }
}

/** The next bytes, at least one; undefined at the end. */
async function nextOf(chunks: Chunks): Promise<Uint8Array | undefined> {
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return undefined;
    if (next.value.length > 0) return next.value;
  }
}

const placeOfDifference = (a: Uint8Array, b: Uint8Array): number => a.findIndex((byte, at) => byte !== b[at]);
