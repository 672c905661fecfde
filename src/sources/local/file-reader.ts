import { createHash, hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileEntry } from '../../model/entry.ts';
import { isSyncError } from '../../model/errors.ts';
import type { Content } from '../../model/ports.ts';
import { inside } from '../../disk/disk.ts';
import { isListed } from './file-version.ts';
import { isSameFile } from '../../disk/file-id.ts';
import { entryChanged, entryError, entryGone } from './local-problems.ts';
import { ReadPace } from './read-pace.ts';
import { openWay } from '../../disk/way-to-file.ts';
import type { WayOptions } from '../../disk/way-to-file.ts';

/** Files up to this size are read into one buffer: most of a small upload's cost is in its asynchronous steps. */
const WHOLE_BYTES = 256 * 1024;

// Two writes within one step of the file system's clock leave the same time. Content that is read once the step is over
// is the last that this time stands for. Linux steps by up to 10 ms; FAT by 2 s, ext3 and HFS+ by 1 s.
const CLOCK_STEP_MS = 20;
const COARSE_CLOCK_STEP_MS = 2100;

export interface FileReaderOptions extends WayOptions {
  /** Bytes in one chunk of a large file. */
  readonly blockBytes: number;
}

/** Reads listed files, and gives their bytes only when they are those of the listed version. */
export class FileReader {
  readonly #options: FileReaderOptions;
  readonly #pace = new ReadPace();

  constructor(options: FileReaderOptions) {
    this.#options = options;
  }

  async read(entry: FileEntry, signal: AbortSignal): Promise<Content> {
    signal.throwIfAborted();
    await untilClockMoved(entry, signal);
    try {
      const { size } = entry;
      if (size > WHOLE_BYTES) {
        // The file is opened and closed for its errors. The chunks open it again, so that nothing stays open if nobody
        // takes them.
        this.#checkedOnce(entry);
        const spare: Uint8Array[] = [];
        return {
          size,
          chunks: this.#chunks(entry, spare, signal),
          recycle: (chunk) => void spare.push(chunk),
        };
      }
      const bytes = this.#pace.takesAtOnce()
        ? this.#pace.atOnce(() => this.#readAtOnce(entry))
        : await this.#readPooled(entry);
      signal.throwIfAborted();
      return { size, bytes };
    } catch (error) {
      throw asSyncError(entry, error, signal);
    }
  }

  /** Rejects as `read` would at once; nothing is read. */
  check(entry: FileEntry, signal: AbortSignal): void {
    signal.throwIfAborted();
    try {
      this.#checkedOnce(entry);
    } catch (error) {
      throw asSyncError(entry, error, signal);
    }
  }

  async digest(entry: FileEntry, signal: AbortSignal): Promise<string> {
    const content = await this.read(entry, signal);
    if ('bytes' in content) return hash('sha256', content.bytes, 'hex');
    const sum = createHash('sha256');
    for await (const chunk of content.chunks) sum.update(chunk);
    return sum.digest('hex');
  }

  #place(entry: FileEntry): string {
    return inside(this.#options.root, entry.path);
  }

  #opened<T>(entry: FileEntry, use: (fd: number, before: BigIntStats) => T): T {
    const { disk } = this.#options;
    const fd = this.#open(entry);
    try {
      const before = disk.fstat(fd);
      checkListed(entry, before);
      return use(fd, before);
    } finally {
      disk.close(fd);
    }
  }

  #checkedOnce(entry: FileEntry): void {
    this.#opened(entry, () => undefined);
  }

  #readAtOnce(entry: FileEntry): Uint8Array {
    return this.#opened(entry, (fd, before) => {
      const bytes = Buffer.allocUnsafe(entry.size);
      for (let filled = 0; filled < bytes.length;) {
        const got = this.#options.disk.read(fd, bytes, filled);
        if (got === 0) throw entryChanged(entry.path);
        filled += got;
      }
      this.#checkUnchanged(entry, before);
      return bytes;
    });
  }

  async #readPooled(entry: FileEntry): Promise<Uint8Array> {
    const handle = await this.#openLater(entry);
    try {
      const before = await handle.stat({ bigint: true });
      checkListed(entry, before);
      const bytes = await readBlock(entry, handle, entry.size);
      this.#checkUnchanged(entry, before);
      return bytes;
    } finally {
      await handle.close();
    }
  }

  /** The last block is handed out only after the final check, so a wrong body never becomes whole. */
  async *#chunks(
    entry: FileEntry,
    spare: Uint8Array[],
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    try {
      signal.throwIfAborted();
      const handle = await this.#openLater(entry);
      try {
        const before = await handle.stat({ bigint: true });
        checkListed(entry, before);
        for (let left = entry.size; left > 0;) {
          const size = Math.min(left, this.#options.blockBytes);
          const block = await readBlock(entry, handle, size, spare.pop());
          signal.throwIfAborted();
          left -= block.length;
          if (left === 0) this.#checkUnchanged(entry, before);
          yield block;
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw asSyncError(entry, error, signal);
    }
  }

  #open(entry: FileEntry): number {
    const { disk, followSymlinks } = this.#options;
    const way = openWay(this.#options, entry.path);
    try {
      const fd = disk.open(way.place, { followLink: followSymlinks });
      try {
        way.check();
      } catch (error) {
        disk.close(fd);
        throw error;
      }
      return fd;
    } finally {
      way.close();
    }
  }

  async #openLater(entry: FileEntry): Promise<FileHandle> {
    const { disk, followSymlinks } = this.#options;
    const way = openWay(this.#options, entry.path);
    try {
      const handle = await disk.openLater(way.place, { followLink: followSymlinks });
      try {
        way.check();
      } catch (error) {
        await handle.close();
        throw error;
      }
      return handle;
    } finally {
      way.close();
    }
  }

  /** The name still leads to the file that was opened, and it is as it was. */
  #checkUnchanged(entry: FileEntry, before: BigIntStats): void {
    const { disk, followSymlinks } = this.#options;
    const now = followSymlinks ? disk.stat(this.#place(entry)) : disk.lstat(this.#place(entry));
    if (now === undefined) throw entryGone(entry.path);
    if (!isSameFile(now, before)) throw entryChanged(entry.path);
    checkListed(entry, now);
  }
}

function checkListed(entry: FileEntry, stats: BigIntStats): void {
  if (!isListed(entry, stats)) throw entryChanged(entry.path);
}

/**
 * Each block has a buffer of its own, because the network layer may still be sending the one before; `spare` is a buffer
 * that came back. With new buffers only, the collector lets some 100 MB of them pile up, and the system clears each page
 * again.
 */
async function readBlock(
  entry: FileEntry,
  handle: FileHandle,
  size: number,
  spare?: Uint8Array,
): Promise<Uint8Array> {
  const block =
    spare !== undefined && spare.length >= size ? spare.subarray(0, size) : Buffer.allocUnsafeSlow(size);
  for (let filled = 0; filled < size;) {
    const { bytesRead } = await handle.read(block, filled, size - filled, null);
    if (bytesRead === 0) throw entryChanged(entry.path);
    filled += bytesRead;
  }
  return block;
}

async function untilClockMoved({ modifiedMs = 0, version }: FileEntry, signal: AbortSignal): Promise<void> {
  const step = version.endsWith('000000000') ? COARSE_CLOCK_STEP_MS : CLOCK_STEP_MS;
  for (;;) {
    const age = Date.now() - modifiedMs;
    if (age < 0 || age >= step) return;
    try {
      await sleep(step - age, undefined, { signal });
    } catch {
      signal.throwIfAborted();
    }
  }
}

function asSyncError(entry: FileEntry, error: unknown, signal: AbortSignal): unknown {
  return isSyncError(error) || (signal.aborted && error === signal.reason)
    ? error
    : entryError(entry.path, error);
}
