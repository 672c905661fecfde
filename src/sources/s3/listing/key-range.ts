import { comparePaths } from '../../../model/path.ts';
import { broken, quoted } from './broken-listing.ts';
import type { ListPage, ListedObject, S3Bucket } from '../bucket.ts';

export interface KeyRangeOptions {
  readonly bucket: S3Bucket;
  readonly prefix: string;
  /** The range holds the keys after this one. */
  readonly after: string | undefined;
  /** … and up to this one, inclusive. */
  readonly until: string | undefined;
  /** Pages that may wait for their reader. */
  readonly ahead: number;
  /** The folder that holds `key` and needs no listing, if there is one; as a key that ends in '/'. */
  readonly prunedFolder: (key: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** Pages without a key, in a row, before the server is taken to be broken. */
export const MAX_EMPTY_PAGES = 1_000;

/**
 * The keys of one range `(after, until]`, listed page by page ahead of the reader. Every key is checked to lie below the
 * prefix and after the one before it, in the order of UTF-8 bytes: the engine's merge would take a key that comes late
 * for one that is gone.
 */
export class KeyRange {
  readonly after: string | undefined;
  /** Pages fetched. */
  pages = 0;
  /** The keys that came beyond the end; the ranges behind have to bring them too. */
  overflow: readonly string[] = [];
  #until: string | undefined;
  #position: string | undefined;
  readonly #options: KeyRangeOptions;
  readonly #ready: (readonly ListedObject[])[] = [];
  #state: 'fetching' | 'full' | 'finished' | 'failed' = 'fetching';
  #failure: unknown;
  #wakeReader: (() => void) | undefined;
  #wakeFetcher: (() => void) | undefined;

  constructor(options: KeyRangeOptions) {
    this.#options = options;
    this.after = options.after;
    this.#until = options.until;
    this.#position = options.after;
    void this.#run();
  }

  get until(): string | undefined {
    return this.#until;
  }

  /** The last key that was fetched. The range can be cut anywhere after it. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Whether a request is on its way. */
  get fetching(): boolean {
    return this.#state === 'fetching';
  }

  get open(): boolean {
    return this.#state === 'fetching' || this.#state === 'full';
  }

  /** Ends the range earlier: the keys after `key` belong to another range. False when it is too late for that. */
  cut(key: string): boolean {
    if (!this.open || (this.#position !== undefined && comparePaths(key, this.#position) <= 0)) return false;
    if (this.#until !== undefined && comparePaths(key, this.#until) >= 0) return false;
    this.#until = key;
    return true;
  }

  /** The next page; undefined at the end. Rejects when the listing failed, once the pages before are read. */
  async take(): Promise<readonly ListedObject[] | undefined> {
    for (;;) {
      const page = this.#ready.shift();
      if (page !== undefined) {
        this.#wakeFetcher?.();
        return page;
      }
      if (this.#state === 'failed') throw this.#failure;
      if (this.#state === 'finished') return undefined;
      await new Promise<void>((wake) => (this.#wakeReader = wake));
    }
  }

  async #run(): Promise<void> {
    try {
      await this.#fetchAll();
    } catch (error) {
      this.#failure = error;
      this.#state = 'failed';
    }
    this.#wakeReader?.();
  }

  async #fetchAll(): Promise<void> {
    const { bucket, prefix, signal, ahead } = this.#options;
    let startAfter = this.#options.after;
    let token: string | undefined;
    let empty = 0;
    for (;;) {
      const page = await bucket.listPage({ prefix, startAfter, token }, signal);
      this.pages += 1;
      const { kept, done } = this.#accept(page);
      if (kept.length > 0) this.#ready.push(kept);
      if (done) this.#state = 'finished';
      this.#wakeReader?.();
      if (done) return;

      empty = page.objects.length === 0 ? empty + 1 : 0;
      if (empty > MAX_EMPTY_PAGES) throw broken('the server sends page after page without a key');
      token = nextToken(page, token);
      startAfter = undefined;
      const behind = this.#behindPrunedFolder();
      if (behind !== undefined) {
        token = undefined;
        startAfter = behind;
      }
      while (this.#ready.length >= ahead) {
        this.#state = 'full';
        await new Promise<void>((wake) => (this.#wakeFetcher = wake));
      }
      this.#state = 'fetching';
    }
  }

  /** Checks a page, and tells whether it was the last of the range. */
  #accept(page: ListPage): { kept: readonly ListedObject[]; done: boolean } {
    const { objects } = page;
    const until = this.#until;
    let last = this.#position;
    let kept = objects.length;
    for (const [at, { key }] of objects.entries()) {
      if (!key.startsWith(this.#options.prefix))
        throw broken(`the key ${quoted(key)} is not below the prefix`);
      if (last !== undefined && comparePaths(key, last) <= 0)
        throw broken(
          `the keys do not come in the order of their UTF-8 bytes (${quoted(key)} after ${quoted(last)}), ` +
            'so what is missing could not be told from what comes later; directory buckets and some S3-compatible servers list like this and cannot be a source',
        );
      last = key;
      if (until === undefined || comparePaths(key, until) <= 0) this.#position = key;
      else kept = Math.min(kept, at);
    }
    if (kept === objects.length) return { kept: objects, done: !page.truncated };
    this.overflow = objects.slice(kept).map(({ key }) => key);
    return { kept: objects.slice(0, kept), done: true };
  }

  /** A key behind everything in the pruned folder that the listing is in. */
  #behindPrunedFolder(): string | undefined {
    const last = this.#position;
    const folder = last === undefined ? undefined : this.#options.prunedFolder(last);
    if (last === undefined || folder === undefined) return undefined;
    // Not the folder's successor: the listing begins after this key, and the successor may be a key.
    const behind = `${folder}\u{10FFFF}`;
    return comparePaths(behind, last) > 0 ? behind : undefined;
  }
}

/** How to ask for what follows a page that says that more follows. */
export function nextToken({ next }: ListPage, before: string | undefined): string {
  if (next === undefined || next === '')
    throw broken('a page says that more follow, but not how to ask for them');
  if (next === before) throw broken('the server sends the same page again and again');
  return next;
}
