import type { Transfer } from '../../../model/cluster/transfer-executor.ts';

/** Files in a batch: more save the broker next to nothing, and are repeated when a worker dies. */
export const BATCH_FILES = 50;
/** Bytes of all files of a batch, at most. */
const BATCH_BYTES = 64 * 1024 * 1024;
/** Bytes. A larger file is a batch of its own: others would wait for it to be told. */
const ALONE_BYTES = 16 * 1024 * 1024;

/** What is to be sent together. */
interface Forming<T> {
  readonly items: T[];
  bytes: number;
}

/** Groups transfers, in the order in which they come. Urgent ones, and large files, go alone. */
export class BatchFormer<T extends { readonly transfer: Transfer }> {
  #forming: Forming<T> = { items: [], bytes: 0 };
  #whole: (readonly T[])[] = [];

  add(item: T): void {
    const { entry, urgent } = item.transfer;
    if (urgent) {
      this.#whole.unshift([item]);
      return;
    }
    if (entry.size > ALONE_BYTES) {
      this.#whole.push([item]);
      return;
    }
    if (this.#forming.bytes + entry.size > BATCH_BYTES) this.end();
    this.#forming.items.push(item);
    this.#forming.bytes += entry.size;
    if (this.#forming.items.length === BATCH_FILES) this.end();
  }

  /** No more comes for now: what there is of a batch goes. */
  end(): void {
    if (this.#forming.items.length > 0) this.#whole.push(this.#forming.items);
    this.#forming = { items: [], bytes: 0 };
  }

  /** The next batch, if there is a whole one. */
  take(): readonly T[] | undefined {
    return this.#whole.shift();
  }

  /** Whether some wait for others to go with. */
  get isForming(): boolean {
    return this.#forming.items.length > 0;
  }

  get wholeOnes(): number {
    return this.#whole.length;
  }

  /** Takes back everything. */
  clear(): readonly T[] {
    this.end();
    const all = this.#whole.flat();
    this.#whole = [];
    return all;
  }
}
