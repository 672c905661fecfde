import type { WantedObject } from './wanted-object.ts';

/** Objects remembered. A forgotten one is read once more, and that is all. */
const MOST = 1_000;

/**
 * Reads whose bytes did not match. Bytes that were damaged on their way are hardly ever damaged in the same way
 * again.
 */
export class Mismatches {
  readonly #found = new Map<string, string>();

  /** Whether the same wrong bytes came of this object the last time. */
  again({ key, etag }: WantedObject, sum: string): boolean {
    const object = `${etag} ${key}`;
    const same = this.#found.get(object) === sum;
    if (this.#found.size >= MOST) this.#found.clear();
    this.#found.set(object, sum);
    return same;
  }
}
