import type { FileHandle } from 'node:fs/promises';

/** Bytes that one system call writes, as far as chunks come in time. */
const BATCH_BYTES = 1024 * 1024;
/** Bytes that are written before the disk begins to take them: so the flush of a large file at its end has little left to do. */
const FLUSH_BYTES = 32 * 1024 * 1024;

type WrittenHandle = Pick<FileHandle, 'write' | 'writev' | 'datasync'>;

/** Writes chunks one behind the other, many in one system call, while the next ones come. */
export class BatchedWriter {
  readonly #handle: WrittenHandle;
  readonly #onWritten: (chunk: Uint8Array) => void;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #unflushed = 0;
  /** It stays after a failure, of which the system tells only once. */
  #flushing: Promise<void> | undefined;

  /** `onWritten`: nobody looks at the chunk any more. */
  constructor(handle: WrittenHandle, onWritten: (chunk: Uint8Array) => void) {
    this.#handle = handle;
    this.#onWritten = onWritten;
  }

  /** Resolves when the next chunk may come: at most two batches are held. Rejects with the error of a write before it. */
  async add(chunk: Uint8Array): Promise<void> {
    this.#batch.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= BATCH_BYTES) await this.#begin();
  }

  /** Resolves when all is written; not all of it is flushed. Rejects also with the error of a flush. */
  async end(): Promise<void> {
    await this.#begin();
    await this.#writing;
    await this.#flushing;
  }

  async #begin(): Promise<void> {
    await this.#writing;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.#writing = this.#write(batch);
    // whoever waits for it next hears of its error
    this.#writing.catch(() => undefined);
  }

  async #write(batch: readonly Uint8Array[]): Promise<void> {
    let rest = batch.filter(({ byteLength }) => byteLength > 0);
    while (rest.length > 0) {
      const [first] = rest;
      const { bytesWritten } =
        rest.length === 1 ? await this.#handle.write(first!) : await this.#handle.writev(rest);
      rest = after(rest, bytesWritten);
    }
    for (const chunk of batch) {
      this.#unflushed += chunk.byteLength;
      this.#onWritten(chunk);
    }
    if (this.#unflushed >= FLUSH_BYTES && this.#flushing === undefined) this.#flush();
  }

  #flush(): void {
    this.#unflushed = 0;
    this.#flushing = this.#handle.datasync().then(() => (this.#flushing = undefined));
    // whoever waits for the end hears of its error
    this.#flushing.catch(() => undefined);
  }
}

/** The chunks without their first bytes. */
function after(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  return chunks.flatMap((chunk) => {
    const written = Math.min(left, chunk.byteLength);
    left -= written;
    return written === chunk.byteLength ? [] : [chunk.subarray(written)];
  });
}
