/** A random sample of fixed size of a stream whose length is not known: each item is as likely in it as any other (reservoir sampling). */
export class Sample<Item> {
  readonly #size: number;
  /** In [0, 1). */
  readonly #random: () => number;
  readonly #keys: string[] = [];
  readonly #items = new Map<string, Item>();
  #seen = 0;

  constructor(size: number, random: () => number) {
    this.#size = size;
    this.#random = random;
  }

  /** An item of a key that is in the sample takes the place of the one before. */
  add(key: string, item: Item): void {
    if (this.#items.has(key)) {
      this.#items.set(key, item);
      return;
    }
    this.#seen++;
    const at = this.#keys.length < this.#size ? this.#keys.length : Math.floor(this.#random() * this.#seen);
    if (at >= this.#size) return;
    const before = this.#keys[at];
    if (before !== undefined) this.#items.delete(before);
    this.#keys[at] = key;
    this.#items.set(key, item);
  }

  /** The sample; the next one begins empty. */
  take(): Item[] {
    const items = [...this.#items.values()];
    this.#items.clear();
    this.#keys.length = 0;
    this.#seen = 0;
    return items;
  }
}
