/** How many starts are remembered. */
const REMEMBERED = 512;

/** When the latest requests started. A few thousand bytes, however many there are. */
export class RecentStarts {
  readonly #at = new Float64Array(REMEMBERED);
  #count = 0;

  add(now: number): void {
    this.#at[this.#count++ % REMEMBERED] = now;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Starts from `since` on, and from when on they are known. */
  countSince(since: number): { readonly count: number; readonly since: number } {
    const kept = Math.min(this.#count, REMEMBERED);
    let oldest = Infinity;
    let count = 0;
    for (let at = 0; at < kept; at++) {
      const started = this.#at[at]!;
      if (started < since) continue;
      count++;
      oldest = Math.min(oldest, started);
    }
    return { count, since: count === REMEMBERED ? oldest : since };
  }
}
