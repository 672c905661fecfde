import type { Dispatcher } from 'undici';
import { BROKEN_OFF } from './codes.ts';
import { DispatchedRequest, type DispatchedRequestOptions, type Headers } from './dispatched-request.ts';
import type { Flow, ProgressWatch } from './progress-watch.ts';
import { boundPassed, transportError } from './transport-error.ts';

/**
 * Bytes as they arrive, for one reader. A connection that breaks rejects with an error that has a `code`; a reader
 * that leaves the loop early, or calls `destroy`, gives the connection up.
 */
export interface ByteStream extends AsyncIterable<Buffer> {
  destroy(error?: Error): unknown;
  /** Takes back a chunk that nobody will look at any more. */
  readonly recycle?: ((chunk: Uint8Array) => void) | undefined;
}

/** The beginning of an answer; its body is still on the way. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: ByteStream;
}

export interface StreamedExchangeOptions extends DispatchedRequestOptions {
  /** Ends a body that comes too slowly, counting only the time in which its reader waits for it. */
  readonly watch?: ProgressWatch | undefined;
}

/** Bytes that wait for their reader before the connection has to wait too. */
const MOST_WAITING = 256 * 1024;

/**
 * One request and its answer, as a handler for undici's dispatch and as the body's own iterator: no stream, no closure per
 * request. Small objects are thousands a second, and of large ones every byte passes here.
 *
 * Bytes that came before a break are handed out before the break is.
 */
export class StreamedExchange
  extends DispatchedRequest
  implements Dispatcher.DispatchHandler, ByteStream, AsyncIterator<Buffer>, Flow
{
  /** Rejects when no answer came, with an error that has a `code`, or with the signal's reason. */
  readonly answer: Promise<Answer>;
  received = 0;
  readonly #watch: ProgressWatch | undefined;
  #answered!: (answer: Answer) => void;
  #refused!: (error: unknown) => void;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #paused = false;
  #failure: { readonly error: unknown } | undefined;
  #reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined;

  constructor(options: StreamedExchangeOptions) {
    super(options);
    this.#watch = options.watch;
    this.answer = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#refused = reject;
    });
  }

  get held(): boolean {
    return this.#paused;
  }

  /** The bytes that came are handed out before the error is. */
  giveUp(error: Error): void {
    if (this.#finish({ error })) this.breakOff();
  }

  destroy(error?: Error): void {
    this.fail(error ?? boundPassed(BROKEN_OFF, 'broken off'), { breakOff: true });
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (this.isYetToCome(status)) return;
    if (!this.ended) this.#watch?.add(this);
    this.#answered({ status, headers, body: this });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.ended) return;
    this.received += chunk.byteLength;
    if (this.#reader !== undefined) {
      this.#reader.resolve({ done: false, value: chunk });
      this.#reader = undefined;
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    if (this.#waitingBytes < MOST_WAITING || this.#paused) return;
    this.#paused = true;
    this.pause();
  }

  onResponseEnd(): void {
    this.#finish(undefined);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish({ error: transportError(error) });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const chunk = this.#waiting.shift();
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.byteLength;
      if (this.#paused && this.#waitingBytes < MOST_WAITING / 2) {
        this.#paused = false;
        this.resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    // eslint-disable-next-line prefer-promise-reject-errors -- a signal's reason may be anything
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Our side ends the exchange, so the bytes that wait are dropped. */
  protected override fail(error: unknown, { breakOff }: { readonly breakOff: boolean }): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    if (this.#finish({ error }) && breakOff) this.breakOff();
  }

  /** False when the exchange had ended before. */
  #finish(failure: { readonly error: unknown } | undefined): boolean {
    if (!this.end()) return false;
    this.#watch?.remove(this);
    this.#failure = failure;
    if (failure === undefined) this.#reader?.resolve({ done: true, value: undefined });
    else {
      this.#refused(failure.error);
      this.#reader?.reject(failure.error);
    }
    this.#reader = undefined;
    return true;
  }
}
