import { SMALL_BYTES } from './congestion/usual-latency.ts';
import { FairLine } from './fair-line.ts';

/** What one request holds in memory at most, however large its file is: the blocks that are read ahead. */
const MOST_EACH = 1024 * 1024;

/**
 * Bounds the memory of the uploads that are under way together: of many large files at once, some wait. Small ones are not
 * counted.
 */
export class MemoryBudget {
  #bytes: number;
  #taken = 0;
  readonly #waiting = new FairLine<{ readonly bytes: number; readonly go: () => void }>();

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  set bytes(bytes: number) {
    this.#bytes = bytes;
    this.#serve();
  }

  /** Bytes that an upload of this size takes. */
  static weightOf(size: number): number {
    return size <= SMALL_BYTES ? 0 : Math.min(size, MOST_EACH);
  }

  /** Resolves when there is room; owners take turns, each in the order in which it asked. `give` it back afterwards. */
  async take(bytes: number, owner: object = this): Promise<void> {
    if (this.#waiting.size > 0 || !this.#fits(bytes))
      return new Promise((resolve) => this.#waiting.add(owner, { bytes, go: resolve }));
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    this.#serve();
  }

  /** One alone always fits. */
  #fits(bytes: number): boolean {
    return this.#taken === 0 || this.#taken + bytes <= this.#bytes;
  }

  #serve(): void {
    for (
      let next = this.#waiting.first;
      next !== undefined && this.#fits(next.bytes);
      next = this.#waiting.first
    ) {
      this.#waiting.shift();
      this.#taken += next.bytes;
      next.go();
    }
  }
}

/** For uploads at the same time whose number is not fixed; a fixed number has memory for each. */
export const budgetFor = (fixedLanes: number): number => Math.max(64, fixedLanes) * MOST_EACH;
