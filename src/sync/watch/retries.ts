import type { RelPath } from '../../model/path.ts';
import { GrowingDelay } from './after-error.ts';

const FIRST_MS = 5000;
const LONGEST_MS = 600_000;

/** When folders with files that failed are looked at again: later each time, until all of them have worked. */
export class Retries {
  readonly #delay: GrowingDelay;
  readonly #troubled = new Set<RelPath>();

  constructor(random: () => number) {
    this.#delay = new GrowingDelay(FIRST_MS, LONGEST_MS, random);
  }

  /** After a pass over `seen` (undefined: everything): how long to wait for the next try, in milliseconds. */
  after(seen: ReadonlySet<RelPath> | undefined, troubled: ReadonlySet<RelPath>): number {
    if (seen === undefined) this.#troubled.clear();
    else for (const folder of seen) this.#troubled.delete(folder);
    for (const folder of troubled) this.#troubled.add(folder);
    if (troubled.size > 0) return this.#delay.next();
    if (this.#troubled.size === 0) this.#delay.reset();
    return 0;
  }
}
