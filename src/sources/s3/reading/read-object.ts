import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError } from '../../../model/errors.ts';
import { fullJitter, GrowingDelay } from '../../../model/growing-delay.ts';
import type { Content } from '../../../model/ports.ts';
import type { ObjectBody, S3Bucket } from '../bucket.ts';
import type { Mismatches } from './mismatches.ts';
import { corrupt, interrupted, notAsListed, notWhatIsKept } from './read-errors.ts';

/** How a broken read goes on. */
export interface ResumeLimits {
  /** Resumptions in a row that bring less than 256 KiB before the read gives up. */
  readonly attempts: number;
  /** The first pause in milliseconds; it doubles with every attempt, up to 10 s, and a random part of it is slept. */
  readonly delayMs: number;
  /** Milliseconds without a byte after which a read counts as broken. */
  readonly stallMs: number;
}

export interface ReadOptions extends ResumeLimits {
  readonly mismatches: Mismatches;
  /** Told of bytes as they arrive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export const RESUME_LIMITS: ResumeLimits = { attempts: 5, delayMs: 200, stallMs: 60_000 };

/** Up to this size a file is one buffer: streams cost more than they save. */
const WHOLE_BYTES = 256 * 1024;
/** Larger ones come in blocks of this size. */
const BLOCK_BYTES = 128 * 1024;
const PROGRESS_BYTES = 256 * 1024;
const MAX_DELAY_MS = 10_000;

export interface WantedObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

/**
 * The bytes of exactly the listed version. The request is sent at once, so that a replaced object is noticed before an
 * upload begins.
 *
 * What makes the bytes right: every request carries If-Match, the answer's ETag and size are compared, and the times of all answers; where S3 keeps a
 * checksum of the object, or its ETag is an MD5, all bytes are summed up, across resumptions too. Where there is neither, the
 * length, If-Match and the connection's own integrity (TLS or TCP) remain. The last block is held back until all of this is known.
 */
export async function readObject(
  bucket: S3Bucket,
  wanted: WantedObject,
  limits: ReadOptions,
  signal: AbortSignal,
): Promise<Content> {
  const first = await open(bucket, wanted, 0, signal);
  const spare: Uint8Array[] = [];
  const chunks = readBlocks(bucket, wanted, first, limits, spare, signal);
  if (wanted.size > WHOLE_BYTES) {
    // A reader that never comes must not hold the socket; one that comes late opens it again.
    const unread = setTimeout(() => first.stream.destroy(), limits.stallMs);
    unread.unref();
    return {
      size: wanted.size,
      chunks: started(chunks, () => clearTimeout(unread)),
      recycle: (block) => void spare.push(block),
    };
  }
  let bytes = new Uint8Array();
  for await (const whole of chunks) bytes = whole;
  return { size: wanted.size, bytes };
}

async function* started(chunks: AsyncIterable<Uint8Array>, onStart: () => void): AsyncGenerator<Uint8Array> {
  onStart();
  yield* chunks;
}

/**
 * Blocks of one size, the last one shorter; a small object is one block. The bytes are copied out of what the network
 * hands over: many large objects at a time would otherwise leave some 100 MB of its buffers to the collector.
 */
async function* readBlocks(
  bucket: S3Bucket,
  wanted: WantedObject,
  first: ObjectBody,
  limits: ReadOptions,
  spare: Uint8Array[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { size } = wanted;
  const blockBytes = size > WHOLE_BYTES ? BLOCK_BYTES : size;
  let body = first;
  let offset = 0;
  let block = Buffer.allocUnsafeSlow(blockBytes);
  let filled = 0;
  let failedAttempts = 0;
  const pause = new GrowingDelay({ firstMs: limits.delayMs, longestMs: MAX_DELAY_MS });
  for (;;) {
    const from = offset;
    let failure: unknown;
    try {
      for await (const chunk of withoutStalls(body, limits.stallMs)) {
        offset += chunk.length;
        if (offset > size) throw notAsListed(wanted, 'more bytes come than were listed');
        first.checksum?.update(chunk);
        limits.onBytes?.(chunk.length);
        for (let copied = 0; copied < chunk.length;) {
          if (filled === blockBytes) {
            yield block;
            block = takeBlock(spare, blockBytes);
            filled = 0;
          }
          const part = chunk.copy(block, filled, copied);
          filled += part;
          copied += part;
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      if (isSyncError(error)) throw error;
      if (!isBreak(error)) throw corrupt(wanted, 'the checksum that S3 keeps');
      failure = error;
    }
    signal.throwIfAborted();
    if (offset === size) break;

    if (offset - from >= PROGRESS_BYTES) {
      failedAttempts = 0;
      pause.reset();
    }
    failedAttempts += 1;
    body = await reopen(failure);
  }
  const { checksum } = first;
  if (checksum !== undefined && !(await checksum.matches()))
    throw limits.mismatches.again(wanted, checksum.found)
      ? notWhatIsKept(wanted, checksum.against)
      : corrupt(wanted, checksum.against);
  if (filled > 0) yield block.subarray(0, filled);

  async function reopen(failure: unknown): Promise<ObjectBody> {
    for (let cause = failure; ; failedAttempts += 1) {
      if (failedAttempts > limits.attempts) throw interrupted(wanted, offset, cause);
      await sleep(fullJitter(pause.next(), Math.random()), signal);
      try {
        return await open(bucket, wanted, offset, signal, first.modifiedMs);
      } catch (error) {
        if (!isSyncError(error) || error.verdict !== 'retry') throw error;
        cause = error;
      }
    }
  }
}

/** One that came back, or a new one of its own memory. Only whole blocks are used again. */
function takeBlock(spare: Uint8Array[], bytes: number): Buffer<ArrayBuffer> {
  const used = spare.pop() as Buffer<ArrayBuffer> | undefined;
  return used?.length === bytes ? used : Buffer.allocUnsafeSlow(bytes);
}

async function open(
  bucket: S3Bucket,
  wanted: WantedObject,
  start: number,
  signal: AbortSignal,
  modifiedMs?: number,
): Promise<ObjectBody> {
  const body = await bucket.getObject(wanted.key, wanted.etag, start, signal);
  const problem =
    body.etag !== undefined && body.etag !== wanted.etag
      ? 'it has another ETag than was listed'
      : body.totalSize !== undefined && body.totalSize !== wanted.size
        ? `it has ${body.totalSize} bytes and ${wanted.size} were listed`
        : // Where many objects have one ETag, only their times tell them apart.
          modifiedMs !== undefined && body.modifiedMs !== undefined && body.modifiedMs !== modifiedMs
          ? 'it was replaced while it was read'
          : undefined;
  if (problem === undefined) return body;
  body.stream.destroy();
  throw notAsListed(wanted, problem);
}

/** The chunks of a body. The time a reader takes does not count as a stall; only our own waiting does. */
async function* withoutStalls(body: ObjectBody, stallMs: number): AsyncGenerator<Buffer, void, undefined> {
  let waiting = true;
  const stalled = (): void => {
    if (waiting)
      body.stream.destroy(
        Object.assign(new Error(`no byte came for ${stallMs / 1000} s`), { code: 'ETIMEDOUT' }),
      );
  };
  const timer = setTimeout(stalled, stallMs);
  try {
    // Leaving the loop early destroys the stream, which frees its socket.
    for await (const chunk of body.stream as AsyncIterable<Buffer>) {
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether the connection broke. The SDK's error for a wrong checksum has no code, and the last bytes are lost with it: to
 * go on from there would make the wrong bytes before them whole.
 */
const isBreak = (error: unknown): boolean => typeof (error as { code?: unknown }).code === 'string';

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
