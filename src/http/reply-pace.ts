/** What a reply has to bring in each span, in bytes. Over a minute, a sixteenth of a modem's line brings more. */
export const LEAST_BYTES = 4096;

/**
 * Tells a reply that comes from one that only goes on: a byte now and then passes every time-out between two bytes, and
 * would hold its request for ever. In each span `LEAST_BYTES` have to come, or the end.
 */
export class ReplyPace {
  readonly #spanMs: number;
  #waitedMs = 0;
  #bytes = 0;

  /** `spanMs` 0 is no limit. */
  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** `bytes` more came, for which the reader waited so long. False when the reply is too slow. */
  came(bytes: number, waitedMs: number): boolean {
    this.#waitedMs += waitedMs;
    this.#bytes += bytes;
    if (this.#waitedMs < this.#spanMs || this.#spanMs === 0) return true;
    const enough = this.#bytes >= LEAST_BYTES;
    this.#waitedMs = 0;
    this.#bytes = 0;
    return enough;
  }
}
