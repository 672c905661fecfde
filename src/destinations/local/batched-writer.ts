import type { FileHandle } from 'node:fs/promises';

/** Bytes that one system call writes, as far as chunks come in time. */
const BATCH_BYTES = 1024 * 1024;

/** Writes chunks one behind the other, many in one system call, while the next ones come. */
export class BatchedWriter {
  readonly #handle: Pick<FileHandle, 'write' | 'writev'>;
  readonly #onWritten: (chunk: Uint8Array) => void;
  #batch: Uint8Array[] = [];
  #bytes = 0;
  #writing: Promise<void> = Promise.resolve();

  /** `onWritten`: nobody looks at the chunk any more. */
  constructor(handle: Pick<FileHandle, 'write' | 'writev'>, onWritten: (chunk: Uint8Array) => void) {
    this.#handle = handle;
    this.#onWritten = onWritten;
  }

  /** Resolves when the next chunk may come: at most two batches are held. Rejects with the error of a write before it. */
  async add(chunk: Uint8Array): Promise<void> {
    this.#batch.push(chunk);
    this.#bytes += chunk.byteLength;
    if (this.#bytes >= BATCH_BYTES) await this.#begin();
  }

  /** Resolves when all is written. */
  async end(): Promise<void> {
    await this.#begin();
    await this.#writing;
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
    for (const chunk of batch) this.#onWritten(chunk);
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
