import type { Content } from '../../../model/ports.ts';
import type { S3Bucket } from '../bucket.ts';
import { ObjectReader } from './object-reader.ts';
import { openVersion } from './open-version.ts';
import type { ReadOptions } from './read-options.ts';
import type { WantedObject } from './wanted-object.ts';

/** Up to this size a file is one buffer: streams cost more than they save. */
const WHOLE_BYTES = 256 * 1024;
/** Larger ones come in blocks of this size. */
const BLOCK_BYTES = 128 * 1024;

/**
 * The bytes of exactly the listed version. The request is sent at once, so that a replaced object is noticed before an
 * upload begins.
 *
 * What makes the bytes right: every request carries If-Match, and the ETag, the size and the time of every answer are
 * compared. Where S3 keeps a checksum of the object, or the object's ETag is an MD5, all bytes are summed up, across
 * resumptions too. Where there is neither, the length, If-Match and the connection's own integrity (TLS or TCP) remain.
 * The last block is held back until all of this is known.
 */
export async function readObject(
  bucket: S3Bucket,
  wanted: WantedObject,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<Content> {
  const { size } = wanted;
  const first = await openVersion(bucket, wanted, { start: 0, signal });
  const isWhole = size <= WHOLE_BYTES;
  const blockBytes = isWhole ? size : BLOCK_BYTES;
  const reader = new ObjectReader({ bucket, wanted, first, blockBytes, options, signal });
  if (isWhole) {
    let bytes = new Uint8Array();
    for await (const block of reader.blocks()) bytes = block;
    return { size, bytes };
  }
  // A reader that never comes must not hold the socket. For one that comes late the object is opened again.
  const unread = setTimeout(() => first.stream.destroy(), options.stallMs);
  unread.unref();
  return {
    size,
    chunks: started(reader.blocks(), () => clearTimeout(unread)),
    recycle: (block) => reader.recycle(block),
  };
}

async function* started(chunks: AsyncIterable<Uint8Array>, onStart: () => void): AsyncGenerator<Uint8Array> {
  onStart();
  yield* chunks;
}
