import type { Dispatcher } from 'undici';
import { BROKEN_OFF, NO_HEADERS } from './codes.ts';
import { boundPassed } from './transport-error.ts';

export interface DispatchedRequestOptions {
  readonly signal: AbortSignal | undefined;
  /** How long the other side may say that its reply is yet to come, in milliseconds; 0 is no limit. */
  readonly headersMs?: number | undefined;
  /** Called right before the first byte is sent on a connection; what it throws ends the exchange, and nothing is sent. */
  readonly mayStart?: (() => void) | undefined;
  /** The request starts to be sent on a connection. */
  readonly onStart?: (() => void) | undefined;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What the two exchanges have in common: one request at undici's dispatch, which ends once and can be broken off. */
export abstract class DispatchedRequest {
  readonly #options: DispatchedRequestOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;
  #putOffAt = 0;

  /** Throws the signal's reason when it is aborted already: nothing is to be sent then. */
  constructor(options: DispatchedRequestOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    options.signal?.addEventListener('abort', this);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Ends the exchange with an error. `breakOff`: the connection is given up as well. */
  protected abstract fail(error: unknown, how: { readonly breakOff: boolean }): void;

  /** The signal was aborted. The exchange ends at once, also while the request still waits for a connection. */
  handleEvent(): void {
    this.fail(this.#options.signal?.reason, { breakOff: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // An exchange that ended while it waited for a connection: nothing may be sent any more.
    if (this.#ended) return this.breakOff();
    try {
      this.#options.mayStart?.();
      this.#options.onStart?.();
    } catch (error) {
      this.fail(error, { breakOff: true });
    }
  }

  /** Whether a status only announces the reply. Each of these starts undici's time for the reply anew. */
  protected isYetToCome(status: number): boolean {
    if (status >= 200) return false;
    const { headersMs = 0 } = this.#options;
    const now = performance.now();
    if (this.#putOffAt === 0) this.#putOffAt = now;
    else if (headersMs > 0 && now - this.#putOffAt > headersMs)
      this.fail(boundPassed(NO_HEADERS), { breakOff: true });
    return true;
  }

  protected pause(): void {
    this.#controller?.pause();
  }

  protected resume(): void {
    this.#controller?.resume();
  }

  protected breakOff(): void {
    this.#controller?.abort(boundPassed(BROKEN_OFF, 'broken off'));
  }

  /** Marks the exchange as ended; false when it was already. */
  protected end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#options.signal?.removeEventListener('abort', this);
    return true;
  }
}
