import { Condition } from '../../sync/compare/condition.ts';

/** Reads what somebody gives ahead of whoever takes it, up to so many items. */
export class BoundedAhead<T> {
  readonly #most: number;
  readonly #waiting: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #isLeft = false;
  /** One of the two sides may wait for what the other does. */
  readonly #condition = new Condition();

  constructor({ most }: { readonly most: number }) {
    this.#most = most;
  }

  /** The same items in the same order; a rejection comes after those before it. Leaving early waits for the item that is being made. */
  async *read(items: AsyncIterable<T>): AsyncGenerator<T, void> {
    const reading = this.#readAll(items);
    try {
      for (;;) {
        const isThere = this.#waiting.length > 0;
        const item = this.#waiting.shift();
        if (isThere) {
          this.#condition.notifyAll();
          yield item as T;
        } else if (this.#end === undefined) await this.#condition.changed();
        else if ('error' in this.#end) throw this.#end.error;
        else return;
      }
    } finally {
      this.#isLeft = true;
      this.#condition.notifyAll();
      await reading;
    }
  }

  /** Never rejects. */
  async #readAll(items: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of items) {
        this.#waiting.push(item);
        this.#condition.notifyAll();
        while (this.#waiting.length >= this.#most && !this.#isLeft) await this.#condition.changed();
        if (this.#isLeft) return;
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    } finally {
      this.#condition.notifyAll();
    }
  }
}
