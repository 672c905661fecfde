import type { Dispatcher } from 'undici';
import { proxyErrorIn } from './proxy-error.ts';
import type { ByteStream } from '../sources/s3/bucket.ts';
import type { Flow, ProgressWatch } from './progress-watch.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The beginning of an answer; its body is still on the way. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: ByteStream;
}

/** Bytes that wait for their reader before the connection has to wait too. */
const MOST_WAITING = 256 * 1024;

/**
 * One request and its answer, as a handler for undici's dispatch and as the body's own iterator: no stream, no closure per
 * request. Small objects are thousands a second, and of large ones every byte passes here.
 *
 * Bytes that came before a break are handed out before the break is.
 */
export class StreamedExchange implements Dispatcher.DispatchHandler, ByteStream, AsyncIterator<Buffer>, Flow {
  /** Rejects when no answer came, with an error that has a `code`, or with the signal's reason. */
  readonly answer: Promise<Answer>;
  received = 0;
  readonly #signal: AbortSignal | undefined;
  readonly #watch: ProgressWatch | undefined;
  #answered!: (answer: Answer) => void;
  #refused!: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #paused = false;
  #ended = false;
  #failure: { readonly error: Error } | undefined;
  #reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined;

  constructor(signal: AbortSignal | undefined, watch?: ProgressWatch) {
    this.#signal = signal;
    this.#watch = watch;
    this.answer = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#refused = reject;
    });
    signal?.addEventListener('abort', this);
  }

  get held(): boolean {
    return this.#paused;
  }

  /** The bytes that came are handed out before the error is. */
  giveUp(error: Error): void {
    this.#end({ error }, false);
    this.#controller?.abort(connectionError('ECONNABORTED'));
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.#end({ error: this.#signal?.reason as Error }, true);
  }

  destroy(error?: Error): void {
    this.#end({ error: error ?? connectionError('ECONNABORTED') }, true);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection.
    if (this.#ended) controller.abort(connectionError('ECONNABORTED'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200) return;
    if (!this.#ended) this.#watch?.add(this);
    this.#answered({ status, headers, body: this });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return;
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
    controller.pause();
  }

  onResponseEnd(): void {
    this.#end(undefined, false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end({ error: proxyFailure(error) ?? connectionError(codeOf(error)) }, false);
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
        this.#controller?.resume();
      }
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.destroy();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** `ours`: we break it off, and nobody wants the bytes that are waiting. */
  #end(failure: { readonly error: Error } | undefined, ours: boolean): void {
    if (ours) {
      this.#waiting.length = 0;
      this.#waitingBytes = 0;
    }
    if (this.#ended) return;
    this.#ended = true;
    this.#watch?.remove(this);
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this);
    if (failure !== undefined) this.#refused(failure.error);
    if (failure === undefined) this.#reader?.resolve({ done: true, value: undefined });
    else this.#reader?.reject(failure.error);
    this.#reader = undefined;
    if (ours) this.#controller?.abort(connectionError('ECONNABORTED'));
  }
}

/** undici's own names, as those that Node has for the same: the SDK tells by them what may be tried again. */
const NODE_CODES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKET: 'ECONNRESET',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'ECONNRESET',
  UND_ERR_CONNECT_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_HEADERS_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_BODY_TIMEOUT: 'ETIMEDOUT',
  UND_ERR_ABORTED: 'ECONNABORTED',
  UND_ERR_CLOSED: 'ECONNABORTED',
  UND_ERR_DESTROYED: 'ECONNABORTED',
};

function codeOf(error: Error & { readonly code?: unknown; readonly errors?: readonly unknown[] }): string {
  // A name with several addresses fails as an AggregateError.
  const code = error.code ?? (error.errors?.[0] as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string') return NODE_CODES[code] ?? code;
  // What answered does not speak HTTP: undici has codes for some ways of it only.
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : error.name;
}

/** The SDK tries again what has `$retryable`. */
function proxyFailure(error: Error): Error | undefined {
  const failure = proxyErrorIn(error);
  return failure?.verdict === 'retry' ? Object.assign(failure, { $retryable: {} }) : failure;
}

/** A new error: undici's may hold what the other side sent, or the request with its signature. */
const connectionError = (code: string): Error =>
  Object.assign(new Error(`the connection failed (${code})`), { code });
