import type { Chunks, Clock, Content } from '../model/ports.ts';

/** 16 KiB at a time: a slow link then moves steadily instead of in jumps of one chunk. */
export const SLICE_BYTES = 16 * 1024;

/** Bytes of content a second: of one process (OwnBandwidth), or of all that share a budget (`src/cluster/budget`). */
export abstract class Bandwidth {
  /** Resolves when `bytes` more may be sent or received. Rejects with the signal's reason. */
  abstract take(bytes: number, signal: AbortSignal): Promise<void>;

  /** The content, handed out no faster than the limit. */
  limit(content: Content, signal: AbortSignal): Content {
    const chunks = 'bytes' in content ? slices(content.bytes) : content.chunks;
    const { size, modifiedMs } = content;
    const resume = 'bytes' in content ? undefined : content.resume;
    return {
      size,
      modifiedMs,
      chunks: this.#paced(chunks, signal),
      resume: resume && { of: resume.of, from: (offset) => this.#paced(resume.from(offset), signal) },
    };
  }

  /** Bytes that come, handed on no faster than the limit. */
  limitChunks(chunks: Chunks, signal: AbortSignal): Chunks {
    return this.#paced(chunks, signal);
  }

  async *#paced(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      for (const slice of slices(chunk)) {
        await this.take(slice.byteLength, signal);
        yield slice;
      }
    }
  }
}

/** Bytes a second for all transfers of one user together. */
export class OwnBandwidth extends Bandwidth {
  readonly #clock: Clock;
  #bytesPerSecond: number;
  #freeAt = 0;

  /** `bytesPerSecond`: Infinity for no limit. */
  constructor(clock: Clock, bytesPerSecond: number) {
    super();
    this.#clock = clock;
    this.#bytesPerSecond = bytesPerSecond;
  }

  get bytesPerSecond(): number {
    return this.#bytesPerSecond;
  }

  /** Holds from the next bytes on: what waits already was promised its time. */
  set bytesPerSecond(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#freeAt = Math.min(this.#freeAt, this.#clock.elapsed());
  }

  async take(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === Infinity) return;
    const now = this.#clock.elapsed();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + (bytes * 1000) / this.#bytesPerSecond;
    if (at > now) await this.#clock.sleep(at - now, signal);
  }
}

function* slices(bytes: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES);
}
