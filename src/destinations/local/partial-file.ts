import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inside } from '../../disk/disk.ts';
import { isSameFile } from '../../disk/file-id.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { CallOptions, PartialFile, PartialOptions } from '../../model/ports.ts';
import { changed, destinationError } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { moveFile } from './move-entry.ts';
import { PartialRecord } from './partial-record.ts';
import { requirePath } from './target-folder.ts';
import type { TargetFolder } from './target-folder.ts';
import type { TemporaryNames } from './temporary-names.ts';
import { keepMode, modeOf } from './write-file.ts';

/** Bytes that are written before it is recorded how many of them are safely on the disk. */
const RECORD_BYTES = 32 * 1024 * 1024;
/** A file that grew within this time is still being written, by another process. Milliseconds. */
const LIVE_MS = 2000;

/** Where a partial file lies, and the name that it is to get. */
interface Places {
  readonly folder: FolderWay;
  readonly partial: string;
  readonly final: string;
  /** Absent: it does not outlive its closing. */
  readonly record: PartialRecord | undefined;
}

/**
 * Opens a file that gets its name once it is whole. One that is to outlive the process has a name that follows from its own, so
 * that the next process finds it; a record beside it says of what content it is. Two processes that write the same content write
 * the same bytes to the same places.
 */
export async function openPartialFile(
  target: TargetFolder,
  names: TemporaryNames,
  call: DiskCall,
  { of, signal }: PartialOptions & CallOptions,
): Promise<PartialFile> {
  const temporary = names.take();
  const close = (): void => names.release(temporary);
  let folder: FolderWay | undefined;
  try {
    requirePath(call, call.path, 'file');
    target.make();
    folder = target.folderWay(call, parentOf(call.path));
    const final = inside(folder.place, nameOf(call.path));
    const record =
      of === undefined ? undefined : new PartialRecord(target.disk, folder.place, nameOf(call.path), of);
    const found = record === undefined ? undefined : await goOnWith(target, record, signal);
    if (found !== undefined && found !== 'in use') {
      const places = { folder, final, partial: record!.partial, record };
      return new LocalPartialFile(target, call, { ...places, ...found, close });
    }
    const ownRecord = found === 'in use' ? undefined : record;
    const partial = ownRecord?.partial ?? inside(folder.place, temporary);
    await ownRecord?.begin();
    const handle = await target.disk.create(partial);
    return new LocalPartialFile(target, call, {
      folder,
      final,
      partial,
      record: ownRecord,
      handle,
      size: 0,
      close,
    });
  } catch (error) {
    folder?.close();
    close();
    signal.throwIfAborted();
    throw destinationError(call, error);
  }
}

/** What an earlier process left of the same content; undefined where that is nothing that can be used. */
async function goOnWith(
  { disk }: TargetFolder,
  record: PartialRecord,
  signal: AbortSignal,
): Promise<{ readonly handle: FileHandle; readonly size: number } | 'in use' | undefined> {
  const before = disk.lstat(record.partial);
  if (before !== undefined) {
    const age = Date.now() - Number(before.mtimeMs);
    if (age >= 0 && age < LIVE_MS) {
      await sleep(LIVE_MS - age, undefined, { signal });
      const after = disk.lstat(record.partial);
      if (after !== undefined && (after.mtimeMs !== before.mtimeMs || after.size !== before.size))
        return 'in use';
    }
  }
  const synced = await record.synced();
  if (synced === undefined) {
    record.discard();
    return undefined;
  }
  let handle: FileHandle;
  try {
    handle = await disk.openToWrite(record.partial);
  } catch {
    record.discard();
    return undefined;
  }
  const stats = await handle.stat();
  // a second name would be written to as well
  if (stats.isFile() && stats.nlink === 1 && stats.size >= synced) return { handle, size: synced };
  await handle.close();
  record.discard();
  return undefined;
}

class LocalPartialFile implements PartialFile {
  readonly #target: TargetFolder;
  readonly #call: DiskCall;
  readonly #places: Places;
  readonly #handle: FileHandle;
  readonly #onClosed: () => void;
  #size: number;
  #recordedAt: number;
  #syncing: Promise<void> | undefined;
  #isOver = false;

  constructor(
    target: TargetFolder,
    call: DiskCall,
    opened: Places & { readonly handle: FileHandle; readonly size: number; readonly close: () => void },
  ) {
    this.#target = target;
    this.#call = call;
    this.#places = opened;
    this.#handle = opened.handle;
    this.#onClosed = opened.close;
    this.#size = opened.size;
    this.#recordedAt = opened.size;
  }

  get size(): number {
    return this.#size;
  }

  write(chunk: Uint8Array): Promise<void> {
    return this.#attempt(async () => {
      await this.#requireOurs();
      for (let at = 0; at < chunk.byteLength;) {
        const length = chunk.byteLength - at;
        const { bytesWritten } = await this.#handle.write(chunk, at, length, this.#size);
        at += bytesWritten;
        this.#size += bytesWritten;
      }
      if (this.#size - this.#recordedAt >= RECORD_BYTES) this.#recordLater();
    });
  }

  finish({ replace, modifiedMs }: Parameters<PartialFile['finish']>[0]): Promise<void> {
    return this.#attempt(async () => {
      const { disk } = this.#target;
      const { folder, partial, final, record } = this.#places;
      await this.#syncing;
      await this.#handle.truncate(this.#size);
      const mode = replace ? modeOf(this.#target, this.#call, final) : undefined;
      if (mode !== undefined) await keepMode(this.#handle, mode);
      if (modifiedMs !== undefined) await this.#handle.utimes(new Date(), modifiedMs / 1000);
      await this.#handle.sync();
      await this.#requireOurs();
      folder.check();
      if (replace) disk.rename(partial, final);
      else moveFile(disk, this.#call, partial, final);
      this.#isOver = true;
      record?.end();
      if (folder.fd !== undefined) disk.syncFolder(folder.fd);
    });
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#syncing;
    const { partial, record } = this.#places;
    if (record !== undefined) record.discard();
    else removeQuietly(this.#target, partial);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#places.record === undefined) await this.discard();
    try {
      await this.#syncing;
      if (!this.#isOver && this.#size > this.#recordedAt) await this.#record(this.#size);
    } catch {
      // what is not recorded is written again
    } finally {
      await this.#handle.close();
      this.#places.folder.close();
      this.#onClosed();
    }
  }

  /** Another process may have finished the file: what then has its name may be changed by anybody, so not by us. */
  async #requireOurs(): Promise<void> {
    if (this.#places.record === undefined) return;
    const there = this.#target.disk.lstat(this.#places.partial);
    if (there !== undefined && isSameFile(there, await this.#handle.stat({ bigint: true }))) return;
    this.#isOver = true;
    throw changed(this.#call, 'another process has taken over what was written of it');
  }

  #recordLater(): void {
    const { record } = this.#places;
    if (record === undefined || this.#syncing !== undefined) return;
    const size = this.#size;
    this.#recordedAt = size;
    this.#syncing = this.#record(size).finally(() => (this.#syncing = undefined));
    // a failure is seen by whoever writes next, or finishes
    this.#syncing.catch(() => undefined);
  }

  async #record(size: number): Promise<void> {
    await this.#handle.datasync();
    await this.#places.record?.write(size);
    this.#recordedAt = size;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw destinationError(this.#call, error);
    }
  }
}

function removeQuietly({ disk }: TargetFolder, place: string): void {
  try {
    disk.removeFile(place);
  } catch {
    // a sweep finds it by its name
  }
}
