import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError } from '../../../model/errors.ts';
import { fullJitter, GrowingDelay } from '../../../model/growing-delay.ts';
import type { ObjectBody, S3Bucket } from '../bucket.ts';
import { openVersion } from './open-version.ts';
import { brokenOff, corrupt, notAsListed, notWhatIsKept } from './read-errors.ts';
import type { ReadOptions } from './read-options.ts';
import type { WantedObject } from './wanted-object.ts';
import { duration } from '../../../model/quantities/duration.ts';

export interface ObjectReaderOptions {
  readonly bucket: S3Bucket;
  readonly wanted: WantedObject;
  /** The answer to the first request, unread. */
  readonly first: ObjectBody;
  readonly blockBytes: number;
  readonly options: ReadOptions;
  readonly signal: AbortSignal;
}

/** Bytes. A resumption that brings so many starts the count of attempts anew. */
const PROGRESS_BYTES = 256 * 1024;
const MAX_DELAY_MS = 10_000;

/**
 * One object in blocks of one size, the last one shorter. The bytes are copied out of what the network hands over: many
 * large objects at a time would otherwise leave some 100 MB of the network's buffers to the collector.
 */
export class ObjectReader {
  readonly #given: ObjectReaderOptions;
  readonly #pause: GrowingDelay;
  /** Blocks that their reader gave back. */
  readonly #spare: Uint8Array[] = [];
  /** Bytes received. */
  #offset = 0;
  #failedAttempts = 0;
  #block: Buffer<ArrayBuffer>;
  /** Bytes in the block so far. */
  #filled = 0;

  constructor(given: ObjectReaderOptions) {
    this.#given = given;
    this.#pause = new GrowingDelay({ firstMs: given.options.delayMs, longestMs: MAX_DELAY_MS });
    this.#block = Buffer.allocUnsafeSlow(given.blockBytes);
  }

  /** Takes back a block that nobody will look at any more. */
  recycle(block: Uint8Array): void {
    this.#spare.push(block);
  }

  /** Once. Rejects with a SyncError, or with the signal's reason. */
  async *blocks(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const { wanted, first, signal } = this.#given;
    let body = first;
    for (;;) {
      const from = this.#offset;
      const failure = yield* this.#blocksOf(body);
      signal.throwIfAborted();
      if (this.#offset === wanted.size) break;
      if (this.#offset - from >= PROGRESS_BYTES) {
        this.#failedAttempts = 0;
        this.#pause.reset();
      }
      this.#failedAttempts += 1;
      body = await this.#reopen(failure);
    }
    await this.#compareChecksum();
    if (this.#filled > 0) yield this.#block.subarray(0, this.#filled);
  }

  /** The blocks that one answer fills. Returns what broke the answer off, if anything did. */
  async *#blocksOf(body: ObjectBody): AsyncGenerator<Uint8Array<ArrayBuffer>, unknown, undefined> {
    const { wanted, first, blockBytes, options, signal } = this.#given;
    try {
      for await (const chunk of withoutStalls(body, options.stallMs)) {
        this.#offset += chunk.length;
        if (this.#offset > wanted.size) throw notAsListed(wanted, 'more bytes come than were listed');
        first.checksum?.update(chunk);
        options.onBytes?.(chunk.length);
        for (let copied = 0; copied < chunk.length;) {
          if (this.#filled === blockBytes) {
            yield this.#block;
            this.#block = this.#takeBlock();
            this.#filled = 0;
          }
          const part = chunk.copy(this.#block, this.#filled, copied);
          this.#filled += part;
          copied += part;
        }
      }
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (isSyncError(error)) throw error;
      if (!isBreak(error)) throw corrupt(wanted, 'the checksum that S3 keeps');
      return error;
    }
  }

  async #reopen(failure: unknown): Promise<ObjectBody> {
    const { bucket, wanted, first, options, signal } = this.#given;
    const start = this.#offset;
    for (let cause = failure; ; this.#failedAttempts += 1) {
      if (this.#failedAttempts > options.attempts) throw brokenOff(wanted, start, cause);
      await sleep(fullJitter(this.#pause.next(), Math.random()), signal);
      try {
        return await openVersion(bucket, wanted, { start, modifiedMs: first.modifiedMs, signal });
      } catch (error) {
        if (!isSyncError(error) || error.verdict !== 'retry') throw error;
        cause = error;
      }
    }
  }

  async #compareChecksum(): Promise<void> {
    const { wanted, first, options } = this.#given;
    const { checksum } = first;
    if (checksum === undefined || (await checksum.matches())) return;
    throw options.mismatches.again(wanted, checksum.found)
      ? notWhatIsKept(wanted, checksum.against)
      : corrupt(wanted, checksum.against);
  }

  /** A block that came back, or a new one of its own memory. Only whole blocks are used again. */
  #takeBlock(): Buffer<ArrayBuffer> {
    const { blockBytes } = this.#given;
    const used = this.#spare.pop() as Buffer<ArrayBuffer> | undefined;
    return used?.length === blockBytes ? used : Buffer.allocUnsafeSlow(blockBytes);
  }
}

/** The chunks of a body. The time that their reader takes is no stall; only waiting for the network is. */
async function* withoutStalls(body: ObjectBody, stallMs: number): AsyncGenerator<Buffer, void, undefined> {
  let waiting = true;
  const stalled = (): void => {
    if (waiting)
      body.stream.destroy(
        Object.assign(new Error(`no byte came for ${duration(stallMs)}`), { code: 'ETIMEDOUT' }),
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

/** Whether the connection broke. After any other error nobody knows whether the bytes before it are right. */
const isBreak = (error: unknown): boolean => typeof (error as { code?: unknown }).code === 'string';

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
