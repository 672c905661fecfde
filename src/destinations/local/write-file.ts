import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { inside } from '../../disk/disk.ts';
import type { FolderSyncs } from '../../disk/folder-syncs.ts';
import { errnoOf } from '../../disk/system-errors.ts';
import { hasFact } from '../../model/errors.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import { moveFile } from './move-entry.ts';
import type { CallOptions, Content, PutOptions, StoredFile } from '../../model/ports.ts';
import { BatchedWriter } from './batched-writer.ts';
import { changed, destinationError, notExpected, refused, taken } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { requirePath } from './target-folder.ts';
import type { TargetFolder } from './target-folder.ts';
import type { TemporaryNames } from './temporary-names.ts';

/** Where files are written, and by what names. */
export interface WritePlace {
  readonly target: TargetFolder;
  readonly names: TemporaryNames;
  readonly syncs: FolderSyncs;
}

/**
 * Writes a file beside its name, flushes it to the disk, and gives it the name once exactly `size` bytes are there: until then
 * the file that had the name stays. Resolves once the name is on the disk too. What the content throws comes out as it is.
 */
export async function writeFile(
  { target, names, syncs }: WritePlace,
  call: DiskCall,
  content: Content,
  options: PutOptions,
): Promise<StoredFile> {
  const source = new ContentReader(content);
  const temporary = names.take();
  try {
    requirePath(call, call.path, 'file');
    target.make();
    using way = openPlaces(target, call, temporary);
    const { expects } = options;
    const mode = modeOf(target, call, way.final, expects);
    const handle = await target.disk.create(way.temporary);
    let stored: StoredFile;
    try {
      try {
        if (mode !== undefined) await keepMode(handle, mode);
        await writeAll(handle, call, source, options);
        if (content.modifiedMs !== undefined) await setTime(handle, content.modifiedMs);
        await handle.sync();
        stored = await storedFile(handle);
      } finally {
        await handle.close();
      }
      options.signal.throwIfAborted();
      way.check();
      modeOf(target, call, way.final, expects);
      if (expects === null) takeFreeName(target, call, way);
      else target.disk.rename(way.temporary, way.final);
    } catch (error) {
      way.discard();
      throw error;
    }
    await syncs.sync(parentOf(call.path), way.folder);
    return stored;
  } catch (error) {
    await source.close();
    if (source.failure !== undefined) throw source.failure.error;
    options.signal.throwIfAborted();
    throw destinationError(call, error);
  } finally {
    names.release(temporary);
  }
}

/** Nothing is replaced, whatever comes between the look and this. */
function takeFreeName({ disk }: TargetFolder, call: DiskCall, { temporary, final }: Places): void {
  try {
    moveFile(disk, call, temporary, final);
  } catch (error) {
    throw hasFact(error, 'taken') ? notExpected(call) : error;
  }
}

interface Places extends Disposable {
  readonly folder: string;
  readonly temporary: string;
  readonly final: string;
  check(): void;
  /** Removes the file that is not whole. */
  discard(): void;
}

function openPlaces(target: TargetFolder, call: DiskCall, temporary: string): Places {
  const folder = target.folderWay(call, parentOf(call.path));
  const places = {
    folder: folder.place,
    temporary: inside(folder.place, temporary),
    final: inside(folder.place, nameOf(call.path)),
  };
  return {
    ...places,
    check: () => folder.check(),
    discard() {
      try {
        target.disk.removeFile(places.temporary);
      } catch {
        // The error that led here says more; a sweep finds the file by its name.
      }
    },
    [Symbol.dispose]: () => folder.close(),
  };
}

/** The permissions of the file that is replaced. Throws when something else has the name, or another file than expected. */
export function modeOf(
  target: TargetFolder,
  call: DiskCall,
  place: string,
  expects: PutOptions['expects'],
): number | undefined {
  const stats = target.disk.lstat(place);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) throw taken(call);
  if (!stats.isFile()) throw refused(call, 'a symbolic link or a device has its name');
  if (expects !== undefined && !isExpected(stats, expects)) throw notExpected(call);
  return Number(stats.mode & 0o777n);
}

/** A time that is not known cannot differ. */
function isExpected(stats: BigIntStats, expects: NonNullable<PutOptions['expects']> | null): boolean {
  if (expects === null || Number(stats.size) !== expects.size) return false;
  return expects.modifiedMs === undefined || Number(stats.mtimeMs) === expects.modifiedMs;
}

/** Not every file system has permissions of its own; a file without them is better than none. */
export async function keepMode(handle: FileHandle, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errnoOf(error))) throw error;
  }
}

/**
 * The time of the last access becomes the same: there has been none yet. The system takes seconds, as a double, and cuts what is
 * below a nanosecond: the microsecond keeps it from cutting the millisecond.
 */
export function setTime(handle: FileHandle, ms: number): Promise<void> {
  const seconds = (ms + 0.001) / 1000;
  return handle.utimes(seconds, seconds);
}

/** As a look shows it once it has its name; asked before that, while nobody else can have changed it. */
export async function storedFile(handle: FileHandle): Promise<StoredFile> {
  const { mtimeMs } = await handle.stat({ bigint: true });
  return { modifiedMs: Number(mtimeMs) };
}

async function writeAll(
  handle: FileHandle,
  call: DiskCall,
  source: ContentReader,
  { signal }: CallOptions,
): Promise<void> {
  const { size } = source;
  const writer = new BatchedWriter(handle, (chunk) => source.recycle(chunk));
  let written = 0;
  for await (const chunk of source.chunks()) {
    signal.throwIfAborted();
    written += chunk.byteLength;
    if (written > size) throw changed(call, `more than ${size} bytes came`);
    await writer.add(chunk);
  }
  if (written !== size) throw changed(call, `${written} instead of ${size} bytes came`);
  await writer.end();
}

/** Reads a content, and keeps what the content itself throws apart from what the disk does. */
class ContentReader {
  failure: { readonly error: unknown } | undefined;
  readonly size: number;
  readonly #content: Content;
  #begun = false;

  constructor(content: Content) {
    this.#content = content;
    this.size = content.size;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    this.#begun = true;
    if ('bytes' in this.#content) {
      yield this.#content.bytes;
      return;
    }
    const chunks = this.#content.chunks[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#next(chunks);
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      if (this.failure === undefined) await chunks.return?.();
    }
  }

  async #next(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    try {
      return await chunks.next();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }

  recycle(chunk: Uint8Array): void {
    if ('chunks' in this.#content) this.#content.recycle?.(chunk);
  }

  /** A content that nobody began to read may hold an open file. */
  async close(): Promise<void> {
    if (!this.#begun && 'chunks' in this.#content)
      await this.#content.chunks[Symbol.asyncIterator]().return?.();
  }
}
