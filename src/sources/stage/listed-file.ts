import type { FileEntry } from '../../model/entry.ts';
import type { RelPath } from '../../model/path.ts';
import type { CallOptions, Destination } from '../../model/ports.ts';
import { versionOf } from './entries.ts';
import { entryChanged, entryGone, readError } from './source-errors.ts';

/** One reading of a listed file, which gives its bytes only when they are those of the listed version. */
export class ListedFile {
  readonly #destination: Destination;
  readonly #entry: FileEntry;
  readonly #call: CallOptions;
  readonly #path: RelPath;

  constructor(destination: Destination, entry: FileEntry, call: CallOptions) {
    this.#destination = destination;
    this.#entry = entry;
    this.#call = call;
    this.#path = destination.root + entry.path;
  }

  async whole(): Promise<Uint8Array> {
    return Buffer.concat(await Array.fromAsync(this.chunks()));
  }

  /**
   * Asks for the file when its first chunk is wanted. The last chunk is handed out only once a look shows the listed
   * version, so that a wrong body never becomes whole. For an empty file the look is the only request.
   */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const { path, size } = this.#entry;
    let left = size;
    let held: Uint8Array | undefined;
    try {
      this.#call.signal.throwIfAborted();
      const chunks = size === 0 ? [] : await this.#destination.read(this.#path, this.#call);
      for await (const chunk of chunks) {
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

  async #checkUnchanged(): Promise<void> {
    const { path, version } = this.#entry;
    const shown = await this.#destination.stat(this.#path, this.#call);
    if (shown === undefined) throw entryGone(path);
    if (versionOf(shown) !== version) throw entryChanged(path);
  }
}
