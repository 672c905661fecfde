import type { FileEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Chunks, Destination, Resume } from '../../model/ports.ts';
import { versionOf } from './entries.ts';
import type { ExpectedLook, SharedLooks } from './shared-looks.ts';
import { entryChanged, entryGone, readError } from './source-errors.ts';

export interface ListedFileOptions {
  readonly destination: Destination;
  readonly looks: SharedLooks;
  /** Told of all bytes as they arrive. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** A reading that breaks off sooner is begun anew, by whoever asked for it. */
const LEAST_BYTES = 1024 * 1024;
/** Of one reading. */
const MOST_BREAKS = 20;

/** One reading of a listed file, which gives its bytes only when they are those of the listed version. */
export class ListedFile {
  readonly #destination: Destination;
  readonly #looks: SharedLooks;
  readonly #entry: FileEntry;
  readonly #call: CallOptions;
  readonly #onBytes: ListedFileOptions['onBytes'];
  readonly #path: RelPath;
  #look: ExpectedLook | undefined;
  /** What is being read. */
  #chunks: Chunks | undefined;

  constructor({ destination, looks, onBytes }: ListedFileOptions, entry: FileEntry, call: CallOptions) {
    this.#destination = destination;
    this.#looks = looks;
    this.#entry = entry;
    this.#call = call;
    this.#onBytes = onBytes;
    this.#path = destination.root + entry.path;
  }

  /** All of it, which comes soon: looks at files of its folder wait for it. */
  async whole(): Promise<Uint8Array> {
    this.#look = this.#looks.expect(this.#path);
    try {
      return Buffer.concat(await Array.fromAsync(this.chunks()));
    } finally {
      this.#look.close();
    }
  }

  /** See Content. */
  readonly recycle = (chunk: Uint8Array): void => this.#chunks?.recycle?.(chunk);

  /** Without a time, another version of the same size would not be noticed. */
  get resume(): Resume | undefined {
    const { path, version, modifiedMs } = this.#entry;
    if (this.#destination.readFrom === undefined || modifiedMs === undefined) return undefined;
    const of = JSON.stringify([this.#destination.label, path, version]);
    return { of, from: (offset) => this.chunks(offset) };
  }

  /**
   * The bytes from an offset on. Asks for the file when its first chunk is wanted. The last chunk is handed out only once a look shows the listed
   * version, so that a wrong body never becomes whole. For an empty file the look is the only request.
   */
  async *chunks(offset = 0): AsyncGenerator<Uint8Array, void> {
    const { path, size } = this.#entry;
    let left = size - offset;
    let held: Uint8Array | undefined;
    try {
      this.#call.signal.throwIfAborted();
      for await (const chunk of left === 0 ? [] : this.#bytes(offset)) {
        this.#call.signal.throwIfAborted();
        left -= chunk.byteLength;
        if (left < 0) throw entryChanged(path);
        if (held !== undefined) yield held;
        held = chunk;
      }
      if (left > 0) throw entryChanged(path);
      await this.#checkUnchanged();
    } catch (error) {
      this.#call.signal.throwIfAborted();
      throw readError(path, error);
    }
    if (held !== undefined) yield held;
  }

  /** What breaks off goes on from where it broke off, as long as each time more of it comes. */
  async *#bytes(offset: number): AsyncGenerator<Uint8Array, void> {
    const destination = this.#destination;
    let received = offset;
    // the look at the end would not notice another version of the same size
    const isTimeless = this.#entry.modifiedMs === undefined;
    const { size } = this.#entry;
    const call = { ...this.#call, expectedBytes: size - offset };
    let chunks =
      offset > 0 && destination.readFrom !== undefined
        ? await destination.readFrom(this.#path, offset, call)
        : await destination.read(this.#path, call);
    for (let breaks = 0; ; breaks++) {
      this.#chunks = chunks;
      const before = received;
      try {
        for await (const chunk of chunks) {
          received += chunk.byteLength;
          this.#onBytes?.(chunk.byteLength);
          yield chunk;
        }
        return;
      } catch (error) {
        const mayGoOn = isSyncError(error) && error.verdict === 'retry' && breaks < MOST_BREAKS;
        const hasMore = received - before >= LEAST_BYTES;
        if (!mayGoOn || !hasMore || destination.readFrom === undefined || isTimeless) throw error;
      }
      const rest = { ...this.#call, expectedBytes: size - received };
      chunks = await destination.readFrom(this.#path, received, rest);
    }
  }

  async #checkUnchanged(): Promise<void> {
    const { path, version } = this.#entry;
    const shown = await (this.#look?.shown(this.#call) ?? this.#looks.at(this.#path, this.#call));
    if (shown === undefined) throw entryGone(path);
    if (versionOf(shown) !== version) throw entryChanged(path);
  }
}
