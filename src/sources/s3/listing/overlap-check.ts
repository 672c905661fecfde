import { comparePaths } from '../../../model/path.ts';
import type { ListedObject, S3Bucket } from '../bucket.ts';
import { broken, quoted } from './broken-listing.ts';

/**
 * Proves that parts of a listing fit together. The page in which a part ends shows keys of the parts behind it; those have
 * to bring the same keys. On a server that sorts differently two parts can each look right and leave keys out between
 * them, which a mirror would take for an order to delete.
 */
export class OverlapCheck {
  readonly #bucket: S3Bucket;
  /** Ascending. */
  #expected: string[] = [];

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket;
  }

  /** These keys exist and lie behind everything that was handed out. */
  expect(keys: readonly string[]): void {
    if (keys.length > 0) this.#expected = [...new Set([...this.#expected, ...keys])].toSorted(comparePaths);
  }

  /** Rejects when the page skips a key that was seen before and still exists. */
  async check(page: readonly ListedObject[], signal: AbortSignal): Promise<void> {
    const last = page.at(-1)?.key;
    if (this.#expected.length === 0 || last === undefined) return;
    const due = this.#expected.filter((key) => comparePaths(key, last) <= 0);
    this.#expected = this.#expected.slice(due.length);
    const present = new Set(page.map(({ key }) => key));
    await this.#explain(
      due.filter((key) => !present.has(key)),
      signal,
    );
  }

  async checkEnd(signal: AbortSignal): Promise<void> {
    await this.#explain(this.#expected, signal);
  }

  /** A key may have been deleted between two requests. One of them is asked for; many deletions must not cost many requests. */
  async #explain([key]: readonly string[], signal: AbortSignal): Promise<void> {
    if (key === undefined) return;
    const { objects } = await this.#bucket.listPage({ prefix: key, maxKeys: 1 }, signal);
    if (objects[0]?.key === key)
      throw broken(`the key ${quoted(key)} is there in one part of the listing and missing in another`);
  }
}
