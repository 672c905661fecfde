/** The rate is that of the last ten seconds: steady enough to read, quick enough to show a stall. */
const WINDOW_MS = 10_000;
/** What is measured over less says little. */
const LEAST_MS = 1000;

/** Bytes a second over a window that begins with the first byte, not before. */
export class TransferRate {
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #startedMs: number | undefined;

  /** The first byte is about to be counted. */
  begin(nowMs: number): void {
    if (this.#startedMs !== undefined) return;
    this.#startedMs = nowMs;
    this.#samples.push({ at: nowMs, bytes: 0 });
  }

  /** Milliseconds since the first byte; 0 before. */
  sinceFirstByte(nowMs: number): number {
    return this.#startedMs === undefined ? 0 : Math.max(0, nowMs - this.#startedMs);
  }

  /** Takes how much was sent in all by now. Returns bytes a second; undefined where too little time has passed. */
  measure(nowMs: number, bytes: number): number | undefined {
    if (this.#startedMs === undefined) return undefined;
    this.#samples.push({ at: nowMs, bytes });
    while (this.#samples.length > 2 && this.#samples[1]!.at <= nowMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0]!;
    const span = nowMs - first.at;
    // an attempt that begins anew takes its bytes back
    return span < LEAST_MS ? undefined : Math.max(0, ((bytes - first.bytes) * 1000) / span);
  }
}
