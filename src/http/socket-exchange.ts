import type { Socket } from 'node:net';
import { BlockBody } from './block-body.ts';
import { NO_DATA, NO_HEADERS, BROKEN_OFF } from './codes.ts';
import type { ProgressWatch, Flow } from './progress-watch.ts';
import { endOfHead, mayBeginHead, MOST_HEAD_BYTES, readHead } from './response-head.ts';
import type { Answer } from './streamed-exchange.ts';
import { boundPassed, transportError } from './transport-error.ts';

/** undici's codes for the same, so that both ways fail alike. */
const NO_CONNECTION = 'UND_ERR_CONNECT_TIMEOUT';
const CLOSED = 'UND_ERR_SOCKET';

/** Makes a connection whose bytes are read into `buffer()`; `callback` hears of them, and holds them up with false. */
export type ConnectInto = (into: {
  readonly buffer: () => Uint8Array;
  readonly callback: (bytes: number) => boolean;
}) => { readonly socket: Socket; readonly readyEvent: 'connect' | 'secureConnect' };

/** Milliseconds, 0 is no limit. See ConnectionLimits. */
export interface SocketLimits {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
}

export interface SocketExchangeOptions {
  readonly connect: ConnectInto;
  /** The whole request as it is sent. It has no body. */
  readonly request: string;
  readonly limits: SocketLimits;
  readonly signal: AbortSignal | undefined;
  /** Ends a body that comes too slowly, counting only the time in which its reader waits for it. */
  readonly watch: ProgressWatch | undefined;
  /** The request starts to be sent. */
  readonly onStart: (() => void) | undefined;
  /** The connection is closed, or will be at once. */
  readonly onEnd: () => void;
}

/**
 * One GET and its answer on a connection of its own, whose bytes the system writes straight into blocks of ours. It only reads
 * answers whose body has a length told at its beginning; see readHead. An answer of another kind is not looked at any further.
 */
export class SocketExchange implements Flow {
  /**
   * Undefined: the answer is of another kind, and the request has to be made in another way. Rejects when no answer came, with an
   * error that has a `code`, or with the signal's reason.
   */
  readonly answer: Promise<Answer | undefined>;
  readonly #options: SocketExchangeOptions;
  readonly #socket: Socket;
  readonly #head: Buffer = Buffer.allocUnsafeSlow(MOST_HEAD_BYTES);
  #headBytes = 0;
  #status: number | undefined;
  #body: BlockBody | undefined;
  #answered!: (answer: Answer | undefined) => void;
  #refused!: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #wasPutOff = false;
  #over = false;

  /** Throws the signal's reason when it is aborted already: nothing is to be sent then. */
  constructor(options: SocketExchangeOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    this.answer = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#refused = reject;
    });
    const { socket, readyEvent } = options.connect({
      buffer: () => this.#space(),
      callback: (bytes) => this.#took(bytes),
    });
    this.#socket = socket;
    this.#limitTime(options.limits.connectMs, NO_CONNECTION);
    options.signal?.addEventListener('abort', this);
    socket
      .setNoDelay(true)
      .on('error', (error) => this.#fail(transportError(error)))
      .on('end', () => this.#fail(boundPassed(CLOSED, 'the other side closed the connection')))
      .on('close', () => this.#fail(boundPassed(CLOSED, 'the connection was closed')))
      .on('timeout', () => this.#endIdle())
      .once(readyEvent, () => this.#send());
  }

  /** Of the answer, also of one of another kind; undefined until it came, and where it cannot be told. */
  get status(): number | undefined {
    return this.#status;
  }

  get held(): boolean {
    return this.#body?.held === true;
  }

  get received(): number {
    return this.#body?.received ?? 0;
  }

  /** The bytes that came are handed out before the error is. */
  giveUp(error: Error): void {
    this.#fail(error);
  }

  /** The signal was aborted: what came and was not read is dropped. */
  handleEvent(): void {
    this.#breakOff(this.#options.signal?.reason);
  }

  /** Ends the exchange with an error; what came and was not read is dropped. */
  destroy(error?: Error): void {
    this.#breakOff(error ?? boundPassed(BROKEN_OFF, 'broken off'));
  }

  #send(): void {
    if (this.#over) return;
    const { request, limits, onStart } = this.#options;
    this.#limitTime(limits.headersMs, NO_HEADERS);
    onStart?.();
    this.#socket.write(request, 'latin1');
  }

  /** Where the next bytes go. */
  #space(): Uint8Array {
    // nobody looks at what comes after the end, and no room at all would be an error
    if (this.#over) return NOWHERE;
    return this.#body?.space ?? this.#head.subarray(this.#headBytes);
  }

  /** False holds the connection up. */
  #took(bytes: number): boolean {
    if (this.#over) return false;
    const body = this.#body;
    if (body === undefined) this.#tookOfHead(bytes);
    else this.#tookOfBody(body, bytes);
    return !this.#over && !this.held;
  }

  #tookOfBody(body: BlockBody, bytes: number): void {
    body.took(bytes);
    if (body.left === 0) this.#end();
  }

  #tookOfHead(bytes: number): void {
    this.#headBytes += bytes;
    for (;;) {
      const came = this.#head.subarray(0, this.#headBytes);
      const end = endOfHead(came);
      if (end === -1) {
        if (this.#headBytes === MOST_HEAD_BYTES || !mayBeginHead(came)) this.#leave();
        return;
      }
      const head = readHead(came.subarray(0, end));
      if (head === undefined || head.status === 101) {
        this.#leave();
        return;
      }
      const { status, headers } = head;
      // where a redirect leads to is in its head
      const size = isRedirect(status) ? 0 : head.contentLength;
      const rest = came.subarray(end);
      if (status >= 200) {
        this.#status = status;
        if (size === undefined) this.#leave();
        else this.#begin({ status, headers }, { size, rest });
        return;
      }
      this.#head.copyWithin(0, end, this.#headBytes);
      this.#headBytes = rest.length;
      this.#putOff();
    }
  }

  /** A status that only announces the reply starts the time for it anew, once. */
  #putOff(): void {
    if (this.#wasPutOff) return;
    this.#wasPutOff = true;
    this.#limitTime(this.#options.limits.headersMs, NO_HEADERS);
  }

  #begin(
    beginning: Omit<Answer, 'body'>,
    { size, rest }: { readonly size: number; readonly rest: Buffer },
  ): void {
    clearTimeout(this.#timer);
    const { limits, watch } = this.#options;
    const body = new BlockBody({
      size,
      onRoom: () => this.#goOn(),
      onLeft: (error) => this.destroy(error),
    });
    this.#body = body;
    this.#answered({ ...beginning, body });
    const bytes = rest.copy(body.space);
    if (bytes > 0) this.#tookOfBody(body, bytes);
    if (size === 0) {
      body.end(undefined);
      this.#end();
    }
    if (this.#over) return;
    watch?.add(this);
    this.#socket.setTimeout(limits.idleMs);
  }

  /** No byte came in time: unless this process was too busy to take those that did. */
  #endIdle(): void {
    const { received } = this;
    setImmediate(() => {
      if (!this.held && this.received === received) this.#fail(boundPassed(NO_DATA));
    });
  }

  #goOn(): void {
    if (this.#over) return;
    // time in which the reader had enough does not count
    this.#socket.setTimeout(this.#options.limits.idleMs);
    this.#socket.resume();
  }

  /** From now on the exchange fails with `code` unless something follows within `ms`; 0 is no limit. */
  #limitTime(ms: number, code: string): void {
    clearTimeout(this.#timer);
    this.#timer = ms === 0 ? undefined : setTimeout(() => this.#fail(boundPassed(code)), ms);
  }

  /** The answer is not one to be read in this way. */
  #leave(): void {
    if (this.#end()) this.#answered(undefined);
  }

  #fail(error: unknown): void {
    if (!this.#end()) return;
    this.#refused(error);
    this.#body?.end({ error });
  }

  #breakOff(error: unknown): void {
    if (!this.#end()) {
      this.#body?.drop(error);
      return;
    }
    this.#refused(error);
    this.#body?.drop(error);
  }

  /** False when the exchange had ended before. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    const { signal, watch, onEnd } = this.#options;
    clearTimeout(this.#timer);
    signal?.removeEventListener('abort', this);
    watch?.remove(this);
    this.#socket.destroy();
    onEnd();
    return true;
  }
}

export const isRedirect = (status: number): boolean => status >= 300 && status < 400;

const NOWHERE = Buffer.alloc(1024);
