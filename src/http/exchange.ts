import type { Dispatcher } from 'undici';
import { EARLY_SUCCESS, REPLY_TOO_LONG } from './codes.ts';
import { DispatchedRequest, type DispatchedRequestOptions, type Headers } from './dispatched-request.ts';
import type { Flow, ProgressWatch } from './progress-watch.ts';
import { boundPassed, transportError } from './transport-error.ts';

/** A whole reply in memory. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Of a refusal only the beginning; empty when it was read as it came. */
  readonly body: Buffer;
}

export interface ExchangeOptions extends DispatchedRequestOptions {
  readonly signal: AbortSignal;
  /** Bytes; a longer body of a success ends the exchange with an error. */
  readonly maxBytes: number;
  /** Breaks off a reply that trickles. */
  readonly watch: ProgressWatch | undefined;
  /** Reads a success that is too long to be held whole; absent: none is. */
  readonly longReply?: LongReply | undefined;
}

/** Reads the body of a success piece by piece, as it comes. A shorter body is held, and given as a whole. */
export interface LongReply {
  /** Bytes. A longer body is read so, from its first byte on; no limit of length holds for it. */
  readonly longerThan: number;
  /** What it throws ends the exchange, and is what the reply rejects with. */
  push(chunk: Buffer): void;
}

/** A refusal's text is for a person: the beginning is enough. */
const KEPT_OF_REFUSAL = 4096;
/**
 * Bytes. The rest of a refusal is read so that the connection can be used again; beyond this length the connection is
 * given up.
 */
const READ_OF_REFUSAL = 1024 * 1024;

/**
 * One request and its whole reply, as a handler for undici's dispatch. A class with its state in fields and no closure per
 * request: this is the path of every small file, and it costs half of what undici's `request` with its body stream does.
 */
export class Exchange extends DispatchedRequest implements Dispatcher.DispatchHandler, Flow {
  /** Rejects with a TransportError or a ProxyError, with the signal's reason, or with what a body's source threw. */
  readonly reply: Promise<Reply>;
  /** A reader that waits for the whole reply never holds the bytes up. */
  readonly held = false;
  received = 0;
  readonly #options: ExchangeOptions;
  #resolve!: (reply: Reply) => void;
  #reject!: (error: unknown) => void;
  #sent = false;
  #status = 0;
  #headers: Headers = {};
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ExchangeOptions) {
    super(options);
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** From now on the exchange fails with `code` unless it ends or the next call comes within `ms`; 0 is no limit. */
  expectProgress(ms: number, code: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms === 0 || this.ended) return;
    this.#timer = setTimeout(() => this.fail(boundPassed(code), { breakOff: true }), ms);
  }

  giveUp(error: Error): void {
    this.fail(error, { breakOff: true });
  }

  onRequestSent(): void {
    this.#sent = true;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (this.isYetToCome(status)) return;
    this.#status = status;
    this.#headers = headers;
    if (!this.ended) this.#options.watch?.add(this);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const before = this.received;
    this.received += chunk.byteLength;
    const { longReply } = this.#options;
    if (longReply !== undefined && this.received > longReply.longerThan && this.#status < 300) {
      this.#readOn(longReply, chunk);
      return;
    }
    if (this.#status < 300 && this.received > this.#options.maxBytes) {
      this.fail(boundPassed(REPLY_TOO_LONG), { breakOff: true });
      return;
    }
    if (this.#status >= 300 && before >= KEPT_OF_REFUSAL) {
      if (this.received > READ_OF_REFUSAL && this.#answer()) this.breakOff();
      return;
    }
    if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  #readOn(longReply: LongReply, chunk: Buffer): void {
    const held = this.#more ?? (this.#first === undefined ? [] : [this.#first]);
    this.#more = undefined;
    this.#first = undefined;
    try {
      for (const each of held) longReply.push(each);
      if (!this.ended) longReply.push(chunk);
    } catch (error) {
      this.fail(error, { breakOff: true });
    }
  }

  onResponseEnd(): void {
    // A success that comes before the body was sent cannot speak of that body.
    if (this.#status < 300 && !this.#sent) this.fail(boundPassed(EARLY_SUCCESS), { breakOff: false });
    else this.#answer();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(transportError(error), { breakOff: false });
  }

  #answer(): boolean {
    if (!this.end()) return false;
    const body = this.#more === undefined ? (this.#first ?? NOTHING) : Buffer.concat(this.#more);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
    return true;
  }

  protected override fail(error: unknown, { breakOff }: { readonly breakOff: boolean }): void {
    if (!this.end()) return;
    this.#reject(error);
    if (breakOff) this.breakOff();
  }

  protected override end(): boolean {
    if (!super.end()) return false;
    clearTimeout(this.#timer);
    this.#options.watch?.remove(this);
    return true;
  }
}

const NOTHING = Buffer.alloc(0);
