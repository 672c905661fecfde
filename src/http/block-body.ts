import type { ByteStream } from './streamed-exchange.ts';

/** Bytes that are read into one piece of memory. Larger blocks bring nothing more, and each download holds some. */
const BLOCK_BYTES = 256 * 1024;
/** Blocks that wait for their reader before the connection has to wait too. */
const MOST_WAITING = 2;
/** Milliseconds after which a reader that waits gets a block that is not full: it has bytes for each look at its progress. */
const LONGEST_WAIT_MS = 100;

export interface BlockBodyOptions {
  /** Bytes that are to come. */
  readonly size: number;
  /** The reader took so much that more may come. */
  readonly onRoom: () => void;
  /** The reader leaves before the end. */
  readonly onLeft: (error: Error | undefined) => void;
}

/**
 * A body of known length on its way from a socket that reads straight into memory of ours, to one reader. The reader gets blocks
 * instead of what each call of the system brought, and may give them back to be read into again.
 *
 * Bytes that came before a break are handed out before the break is.
 */
export class BlockBody implements ByteStream, AsyncIterator<Buffer> {
  readonly #options: BlockBodyOptions;
  readonly #waiting: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  /** Blocks that the reader has. */
  readonly #lent = new WeakMap<ArrayBufferLike, Buffer>();
  #block: Buffer;
  /** Of the block: what was handed out, and what came. */
  #handedOut = 0;
  #filled = 0;
  #left: number;
  readonly #timer: NodeJS.Timeout;
  #over = false;
  #failure: { readonly error: unknown } | undefined;
  #reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined;

  constructor(options: BlockBodyOptions) {
    this.#options = options;
    this.#left = options.size;
    this.#block = this.#empty();
    this.#timer = setInterval(() => {
      if (this.#reader !== undefined && this.#filled > this.#handedOut) this.#handOutCopy();
    }, LONGEST_WAIT_MS).unref();
  }

  /** Bytes that came. */
  get received(): number {
    return this.#options.size - this.#left;
  }

  /** Bytes that are still to come. */
  get left(): number {
    return this.#left;
  }

  /** Whether the reader has enough for now. */
  get held(): boolean {
    return this.#waiting.length >= MOST_WAITING;
  }

  /** Where the next bytes go: never longer than what is still to come. Empty once all came. */
  get space(): Buffer {
    return this.#block.subarray(this.#filled, Math.min(this.#block.length, this.#filled + this.#left));
  }

  /** So many bytes came into `space`. */
  took(bytes: number): void {
    this.#filled += bytes;
    this.#left -= bytes;
    if (this.#left === 0) this.end(undefined);
    else if (this.#filled === this.#block.length) this.#handOut();
  }

  /** Nothing comes any more; with a failure the reader hears of it after the bytes that are there. */
  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    clearInterval(this.#timer);
    if (this.#filled > this.#handedOut) this.#handOut();
    const reader = this.#reader;
    this.#reader = undefined;
    if (failure === undefined) reader?.resolve({ done: true, value: undefined });
    else reader?.reject(failure.error);
  }

  /** As `end`, and the bytes that are there are dropped. */
  drop(error: unknown): void {
    this.#waiting.length = 0;
    this.#handedOut = this.#filled;
    this.end({ error });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const block = this.#waiting.shift();
    if (block !== undefined) {
      if (!this.#over && this.#waiting.length === MOST_WAITING - 1) this.#options.onRoom();
      return Promise.resolve({ done: false, value: block });
    }
    // eslint-disable-next-line prefer-promise-reject-errors -- a signal's reason may be anything
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  destroy(error?: Error): void {
    this.#options.onLeft(error);
  }

  /** Takes back a block that nobody will look at any more; what is none of this body's is passed over. */
  readonly recycle = ({ buffer }: Uint8Array): void => {
    const block = this.#lent.get(buffer);
    if (block === undefined) return;
    this.#lent.delete(buffer);
    if (!this.#over) this.#spare.push(block);
  };

  /** Only when the socket asks for `space` anew before it reads on. */
  #handOut(): void {
    const block = this.#block;
    const value = block.subarray(this.#handedOut, this.#filled);
    this.#lent.set(block.buffer, block);
    this.#handedOut = 0;
    this.#filled = 0;
    if (!this.#over) this.#block = this.#empty();
    this.#give(value);
  }

  /** At any time: the socket still has the rest of the block. */
  #handOutCopy(): void {
    const value = Buffer.from(this.#block.subarray(this.#handedOut, this.#filled));
    this.#handedOut = this.#filled;
    this.#give(value);
  }

  #give(value: Buffer): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#waiting.push(value);
    else reader.resolve({ done: false, value });
  }

  #empty(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, Math.max(1, this.#left)));
  }
}
