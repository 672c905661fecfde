/** Reads what somebody gives ahead of whoever takes it, up to so many items. */
export class BoundedAhead<T> {
  readonly #most: number;
  readonly #waiting: T[] = [];
  #end: { readonly error?: unknown } | undefined;
  #isLeft = false;
  #wake: (() => void) | undefined;

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
          this.#changed();
          yield item as T;
        } else if (this.#end === undefined) await this.#change();
        else if ('error' in this.#end) throw this.#end.error;
        else return;
      }
    } finally {
      this.#isLeft = true;
      this.#changed();
      await reading;
    }
  }

  /** Never rejects. */
  async #readAll(items: AsyncIterable<T>): Promise<void> {
    try {
      for await (const item of items) {
        this.#waiting.push(item);
        this.#changed();
        while (this.#waiting.length >= this.#most && !this.#isLeft) await this.#change();
        if (this.#isLeft) return;
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    } finally {
      this.#changed();
    }
  }

  /** Resolves once something has changed that one of the two sides may wait for. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake;
      this.#wake = () => {
        before?.();
        resolve();
      };
    });
  }

  #changed(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
