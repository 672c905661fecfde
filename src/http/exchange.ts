import type { Dispatcher } from 'undici';
import { ReplyPace } from './reply-pace.ts';

/** A whole reply in memory. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of a refusal only the beginning. */
  readonly body: Buffer;
}

export interface ExchangeOptions {
  readonly signal: AbortSignal;
  /** A longer body of a success breaks the exchange off, in bytes. */
  readonly maxBytes: number;
  /** In milliseconds; 0 is no limit. See StageTimeouts. */
  readonly timeouts: { readonly headers: number; readonly progress: number };
  /** The request starts to be sent on a connection. */
  readonly onStart: () => void;
}

export const REPLY_TOO_LONG = 'REPLY_TOO_LONG';
export const REPLY_TOO_SLOW = 'REPLY_TOO_SLOW';
export const EARLY_SUCCESS = 'EARLY_SUCCESS';
/** undici's own code for the same. */
export const NO_HEADERS = 'UND_ERR_HEADERS_TIMEOUT';

/** A time-out or a bound of ours, with a code as undici's own errors have. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A refusal's text is for a person: the beginning is enough. */
const KEPT_OF_REFUSAL = 4096;
/** The rest is read so that the connection serves again; of one without end that is given up. */
const READ_OF_REFUSAL = 1024 * 1024;

/**
 * One request and its reply, as a handler for undici's dispatch. A class with its state in fields and no closure per
 * request: this is the path of every small file, and it costs half of what `request` with its body stream does.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly reply: Promise<Reply>;
  readonly #options: ExchangeOptions;
  #resolve!: (reply: Reply) => void;
  #reject!: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #sent = false;
  #status = 0;
  #headers: Reply['headers'] = {};
  #received = 0;
  #pace: ReplyPace | undefined;
  /** When something of the reply last came; what says that it is yet to come does not count again. */
  #cameAt = 0;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal.addEventListener('abort', this);
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The signal was aborted. Rejects at once, also while the request still waits for a connection. */
  handleEvent(): void {
    this.#fail(this.#options.signal.reason, true);
  }

  /** From now on the exchange fails with `code` unless it ends or the next call comes within `ms`; 0 is no limit. */
  expectProgress(ms: number, code: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms === 0 || this.#settled) return;
    this.#timer = setTimeout(() => this.#fail(new ExchangeError(code, 'time-out'), true), ms);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Settled while it waited for a connection: nothing may be sent any more.
    if (this.#settled) controller.abort(new ExchangeError('ABORTED', 'aborted'));
    else this.#options.onStart();
  }

  onRequestSent(): void {
    this.#sent = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Reply['headers'],
  ): void {
    // Each of these begins undici's time for the reply anew.
    if (status < 200 && this.#cameAt !== 0) {
      const { headers: longest } = this.#options.timeouts;
      const late = longest > 0 && performance.now() - this.#cameAt > longest;
      if (late) this.#fail(new ExchangeError(NO_HEADERS, 'put off too often'), true);
      return;
    }
    this.#status = status;
    this.#headers = headers;
    this.#cameAt = performance.now();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.byteLength;
    if (this.#status < 300 && this.#received > this.#options.maxBytes) {
      this.#fail(new ExchangeError(REPLY_TOO_LONG, 'reply too long'), true);
      return;
    }
    const before = this.#cameAt;
    this.#cameAt = performance.now();
    this.#pace ??= new ReplyPace(this.#options.timeouts.progress);
    if (!this.#pace.came(chunk.byteLength, this.#cameAt - before)) {
      this.#fail(new ExchangeError(REPLY_TOO_SLOW, 'reply too slow'), true);
      return;
    }
    if (this.#status >= 300 && this.#received - chunk.byteLength >= KEPT_OF_REFUSAL) {
      if (this.#received > READ_OF_REFUSAL) this.#answer(true);
      return;
    }
    if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  onResponseEnd(): void {
    // A success that comes before the body was sent cannot speak of that body.
    if (this.#status < 300 && !this.#sent)
      this.#fail(new ExchangeError(EARLY_SUCCESS, 'answered before the whole body was sent'), false);
    else this.#answer(false);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error, false);
  }

  #answer(abort: boolean): void {
    if (!this.#settle()) return;
    const body = this.#more === undefined ? (this.#first ?? NOTHING) : Buffer.concat(this.#more);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
    if (abort) this.#breakOff();
  }

  #fail(error: unknown, abort: boolean): void {
    if (!this.#settle()) return;
    this.#reject(error);
    if (abort) this.#breakOff();
  }

  #breakOff(): void {
    this.#controller?.abort(new ExchangeError('ABORTED', 'aborted'));
  }

  /** False when it was settled before. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener('abort', this);
    return true;
  }
}

const NOTHING = Buffer.alloc(0);
