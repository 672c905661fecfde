import type { SourceEntry } from '../../model/entry.ts';
import { BatchStore } from './batch-store.ts';
import { Condition } from './condition.ts';

/** What a source has listed so far. */
export interface ListedFiles {
  readonly files: number;
  readonly bytes: number;
  /** The listing has come to its end. */
  readonly whole: boolean;
}

/** Batches that wait in memory before any goes to the disk: with a thousand entries each some megabytes. */
const MOST_IN_MEMORY = 4;

/**
 * The listing of a source, read ahead of the merge that takes it, so that people are told early how much there is. While
 * the merge keeps up, a few batches wait in memory and the listing waits for it. Once the merge is held back
 * (`letRun`), what is listed waits on disk, and the listing runs to its end: memory does not grow with the number
 * of files.
 */
export class ListingAhead {
  readonly #onListed: (listed: ListedFiles) => void;
  readonly #inMemory: (readonly SourceEntry[])[] = [];
  #onDisk: BatchStore<SourceEntry> | undefined;
  #mayRun = false;
  #diskIsFull = false;
  #files = 0;
  #bytes = 0;
  #isOver = false;
  #isClosed = false;
  #failure: { readonly error: unknown } | undefined;
  /** One of the two sides may wait for what the other does. */
  readonly #condition = new Condition();

  constructor(onListed: (listed: ListedFiles) => void) {
    this.#onListed = onListed;
  }

  /** The merge is held back by something else than the listing: from now on the listing need not wait for it. */
  letRun(): void {
    if (this.#mayRun) return;
    this.#mayRun = true;
    this.#condition.notifyAll();
  }

  /**
   * The batches of a listing, in their order. Rejects with what the listing rejected with, after all that it gave before.
   * Leaving early waits for the batch that is being read: whoever leaves has to abort the listing, too.
   */
  async *read(listing: AsyncIterable<readonly SourceEntry[]>): AsyncGenerator<readonly SourceEntry[], void> {
    const reading = this.#readAll(listing);
    try {
      for (;;) {
        const batch = this.#inMemory.shift() ?? this.#onDisk?.take();
        if (batch !== undefined) {
          this.#condition.notifyAll();
          yield batch;
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#isOver) return;
        else await this.#condition.changed();
      }
    } finally {
      this.#isClosed = true;
      this.#condition.notifyAll();
      await reading;
      this.#onDisk?.[Symbol.dispose]();
    }
  }

  /** Never rejects. */
  async #readAll(listing: AsyncIterable<readonly SourceEntry[]>): Promise<void> {
    try {
      for await (const batch of listing) {
        if (this.#isClosed) return;
        this.#count(batch);
        while (!this.#isClosed && !this.#keep(batch)) await this.#condition.changed();
      }
      this.#isOver = true;
      this.#tell();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#condition.notifyAll();
    }
  }

  /** Returns false where there is no room for it now. */
  #keep(batch: readonly SourceEntry[]): boolean {
    const onDisk = this.#onDisk?.size ?? 0;
    if (onDisk === 0 && this.#inMemory.length < MOST_IN_MEMORY) {
      this.#inMemory.push(batch);
      this.#condition.notifyAll();
      return true;
    }
    if (!this.#mayRun || this.#diskIsFull) return false;
    try {
      this.#onDisk ??= new BatchStore();
      this.#onDisk.add(batch);
      return true;
    } catch {
      // a full disk is no reason to fail: the listing waits for the merge, as it does without a store
      this.#diskIsFull = true;
      return false;
    }
  }

  #count(batch: readonly SourceEntry[]): void {
    for (const entry of batch)
      if (entry.kind === 'file') {
        this.#files++;
        this.#bytes += entry.size;
      }
    this.#tell();
  }

  #tell(): void {
    this.#onListed({ files: this.#files, bytes: this.#bytes, whole: this.#isOver });
  }
}
