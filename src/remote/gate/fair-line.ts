/**
 * Whoever waits, served in turns: each owner's next one, owner by owner. One that has few waiting does not wait for all of one
 * that has many.
 */
export class FairLine<T> {
  /** The owner whose turn comes next is the first; of each, in the order in which they came. */
  readonly #waiting = new Map<object, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The one whose turn comes next. */
  get first(): T | undefined {
    for (const [first] of this.#waiting.values()) return first;
    return undefined;
  }

  add(owner: object, item: T): void {
    const items = this.#waiting.get(owner);
    if (items === undefined) this.#waiting.set(owner, new Set([item]));
    else items.add(item);
    this.#size++;
  }

  delete(owner: object, item: T): void {
    const items = this.#waiting.get(owner);
    if (items?.delete(item) !== true) return;
    this.#size--;
    if (items.size === 0) this.#waiting.delete(owner);
  }

  /** Takes the first out; its owner goes to the end of the line. */
  shift(): T | undefined {
    for (const [owner, items] of this.#waiting) {
      const [first] = items as Set<T> & Iterable<T>;
      this.#waiting.delete(owner);
      items.delete(first!);
      if (items.size > 0) this.#waiting.set(owner, items);
      this.#size--;
      return first;
    }
    return undefined;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (const items of this.#waiting.values()) yield* items;
  }
}
