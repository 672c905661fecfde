import { equalJitter, GrowingDelay } from '../../model/growing-delay.ts';
import type { RelPath } from '../../model/path.ts';

const FIRST_MS = 5000;
const LONGEST_MS = 600_000;

/** Says when folders with failed files are looked at again: later each time, until all of them have worked. */
export class Retries {
  readonly #delay = new GrowingDelay({ firstMs: FIRST_MS, longestMs: LONGEST_MS });
  readonly #random: () => number;
  readonly #troubled = new Set<RelPath>();

  constructor(random: () => number) {
    this.#random = random;
  }

  /** After a pass over `seen` (undefined: everything): how long to wait for the next try, in milliseconds. */
  after(seen: ReadonlySet<RelPath> | undefined, troubled: ReadonlySet<RelPath>): number {
    if (seen === undefined) this.#troubled.clear();
    else for (const folder of seen) this.#troubled.delete(folder);
    for (const folder of troubled) this.#troubled.add(folder);
    if (troubled.size > 0) return equalJitter(this.#delay.next(), this.#random());
    if (this.#troubled.size === 0) this.#delay.reset();
    return 0;
  }
}
