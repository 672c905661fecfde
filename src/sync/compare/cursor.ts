import type { RelPath } from '../../model/path.ts';

/** Reads batches one item at a time, so that a merge of millions awaits once per batch, not once per item. */
export class Cursor<T extends { readonly path: RelPath }> {
  readonly #batches: AsyncIterator<readonly T[]> | Iterator<readonly T[]>;
  #batch: readonly T[] = [];
  #at = 0;
  /** The current item; undefined when a fill is needed or the end is reached. */
  current: T | undefined;
  ended = false;

  constructor(batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>) {
    this.#batches =
      Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
  }

  /** Whether `fill` has to be called before `current` says whether there is another item. */
  get needsFill(): boolean {
    return this.current === undefined && !this.ended;
  }

  /** Moves on; afterwards `current` is the next item, or undefined and `fill` says what is next. */
  advance(): void {
    this.current = this.#batch[++this.#at];
  }

  /** Makes `current` the next item, unless the end is reached. */
  async fill(): Promise<void> {
    while (this.needsFill) {
      const next = await this.#batches.next();
      if (next.done === true) {
        this.ended = true;
        this.#batch = [];
      } else {
        this.#batch = next.value;
      }
      this.#at = 0;
      this.current = this.#batch[0];
    }
  }

  /** Tells the producer that no more is wanted. */
  async close(): Promise<void> {
    this.ended = true;
    this.current = undefined;
    await this.#batches.return?.();
  }
}
