import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inside } from '../../disk/disk.ts';
import { isSameFile, type FileId } from '../../disk/file-id.ts';
import type { FolderSyncs } from '../../disk/folder-syncs.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { CallOptions, PartialFile, PartialOptions } from '../../model/ports.ts';
import { changed, destinationError } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { moveFile } from './move-entry.ts';
import { PartialRecord } from './partial-record.ts';
import { requirePath } from './target-folder.ts';
import type { TargetFolder } from './target-folder.ts';
import { keepMode, modeOf, setTime, type WritePlace } from './write-file.ts';

/** Bytes that are written before it is recorded how many of them are safely on the disk. */
const RECORD_BYTES = 32 * 1024 * 1024;
/** Bytes that are written by one call. */
const BATCH_BYTES = 1024 * 1024;
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

interface Opened extends Places {
  readonly handle: FileHandle;
  readonly id: FileId;
  /** Bytes of it that are there already. */
  readonly size: number;
}

/**
 * Opens a file that gets its name once it is whole. Its hidden name follows from that name, so that the next process finds what a
 * killed one left: to go on with it where a record beside it says that it is of the same content, to write over it otherwise. Two
 * processes that write the same content write the same bytes to the same places.
 */
export async function openPartialFile(
  { target, names, syncs }: WritePlace,
  call: DiskCall,
  { of, signal }: PartialOptions & CallOptions,
): Promise<PartialFile> {
  const temporary = names.take();
  let folder: FolderWay | undefined;
  const close = (): void => {
    folder?.close();
    names.release(temporary);
  };
  try {
    requirePath(call, call.path, 'file');
    target.make();
    folder = target.folderWay(call, parentOf(call.path));
    const name = nameOf(call.path);
    const record = new PartialRecord(target.disk, folder.place, name, of ?? '');
    const places = { folder, final: inside(folder.place, name) };
    const options = { disk: target.disk, record, isKept: of !== undefined, signal };
    const found = await openFound(options);
    const opened =
      found === 'in use'
        ? { partial: inside(folder.place, temporary), record: undefined }
        : { partial: record.partial, record: of === undefined ? undefined : record };
    const start = typeof found === 'object' ? found : { handle: await create(target.disk, opened), size: 0 };
    const id = await start.handle.stat({ bigint: true });
    return new LocalPartialFile({ target, syncs, call, close }, { ...places, ...opened, ...start, id });
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw destinationError(call, error);
  }
}

async function create(
  disk: WritableDisk,
  { partial, record }: Pick<Places, 'partial' | 'record'>,
): Promise<FileHandle> {
  await record?.begin();
  return disk.create(partial);
}

interface FoundOptions {
  readonly disk: WritableDisk;
  readonly record: PartialRecord;
  /** Whether it is to be gone on with. */
  readonly isKept: boolean;
  readonly signal: AbortSignal;
}

/** What an earlier process left; undefined where that is nothing that can be used, and it was cleared away. */
async function openFound(
  options: FoundOptions,
): Promise<Pick<Opened, 'handle' | 'size'> | 'in use' | undefined> {
  const { disk, record, isKept } = options;
  if (disk.lstat(record.partial) === undefined) return undefined;
  if (await isGrowing(options)) return 'in use';
  const found = isKept ? await openRecorded(disk, record) : undefined;
  if (found === undefined) record.discard();
  return found;
}

/** Whether somebody writes to it; of a file that is not gone on with nobody waits to find out. */
async function isGrowing({ disk, record, isKept, signal }: FoundOptions): Promise<boolean> {
  const before = disk.lstat(record.partial);
  if (before === undefined) return false;
  const age = Date.now() - Number(before.mtimeMs);
  if (age < 0 || age >= LIVE_MS) return false;
  if (!isKept) return true;
  await sleep(LIVE_MS - age, undefined, { signal });
  const after = disk.lstat(record.partial);
  return after !== undefined && (after.mtimeMs !== before.mtimeMs || after.size !== before.size);
}

async function openRecorded(
  disk: WritableDisk,
  record: PartialRecord,
): Promise<Pick<Opened, 'handle' | 'size'> | undefined> {
  const size = await record.synced();
  if (size === undefined) return undefined;
  let handle: FileHandle;
  try {
    handle = await disk.openToWrite(record.partial);
  } catch {
    return undefined;
  }
  const stats = await handle.stat();
  // a second name would be written to as well
  if (stats.isFile() && stats.nlink === 1 && stats.size >= size) return { handle, size };
  await handle.close();
  return undefined;
}

interface WriterParts {
  readonly target: TargetFolder;
  readonly syncs: FolderSyncs;
  readonly call: DiskCall;
  readonly close: () => void;
}

class LocalPartialFile implements PartialFile {
  readonly #parts: WriterParts;
  readonly #places: Opened;
  /** Bytes that came, that are being written at most, and that are written. */
  #size: number;
  #handedOver: number;
  #written: number;
  #batch: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #recordedAt: number;
  #syncing: Promise<void> | undefined;
  #isOver = false;

  constructor(parts: WriterParts, opened: Opened) {
    this.#parts = parts;
    this.#places = opened;
    this.#size = opened.size;
    this.#handedOver = opened.size;
    this.#written = opened.size;
    this.#recordedAt = opened.size;
  }

  get size(): number {
    return this.#size;
  }

  /** Resolves before the chunk is on the disk: while one batch is written, the next comes in. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#batch.push(chunk);
    this.#size += chunk.byteLength;
    if (this.#size - this.#handedOver >= BATCH_BYTES) await this.#handOver();
  }

  /** Waits for the batch before, and begins to write this one. */
  async #handOver(): Promise<void> {
    await this.#writing;
    const batch = this.#batch;
    const at = this.#handedOver;
    this.#batch = [];
    this.#handedOver = this.#size;
    if (batch.length === 0) return;
    this.#writing = this.#attempt(() => this.#writeOut(batch, at));
    // a failure is seen by whoever writes next, or finishes
    this.#writing.catch(() => undefined);
  }

  async #writeOut(batch: readonly Uint8Array[], at: number): Promise<void> {
    this.#requireOurs();
    const { handle } = this.#places;
    const bytes = batch.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const { bytesWritten } = await handle.writev(batch, at);
    // the system may take less than all: the rest goes by itself
    for (let done = bytesWritten; done < bytes;) {
      const rest = Buffer.concat(batch).subarray(done);
      done += (await handle.write(rest, 0, rest.byteLength, at + done)).bytesWritten;
    }
    this.#written = at + bytes;
    if (this.#written - this.#recordedAt >= RECORD_BYTES) this.#recordLater();
  }

  finish({ replace, modifiedMs }: Parameters<PartialFile['finish']>[0]): Promise<void> {
    return this.#attempt(async () => {
      const { disk } = this.#parts.target;
      const { folder, partial, final, record } = this.#places;
      await this.#handOver();
      await this.#writing;
      await this.#syncing;
      await this.#places.handle.truncate(this.#size);
      const mode = replace ? modeOf(this.#parts.target, this.#parts.call, final, undefined) : undefined;
      if (mode !== undefined) await keepMode(this.#places.handle, mode);
      if (modifiedMs !== undefined) await setTime(this.#places.handle, modifiedMs);
      await this.#places.handle.sync();
      this.#requireOurs();
      folder.check();
      if (replace) disk.rename(partial, final);
      else moveFile(disk, this.#parts.call, partial, final);
      this.#isOver = true;
      record?.end();
      await this.#parts.syncs.sync(parentOf(this.#parts.call.path), folder.place);
    });
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await Promise.allSettled([this.#writing, this.#syncing]);
    if (!this.#isOurs) return;
    const { partial, record } = this.#places;
    if (record !== undefined) record.discard();
    else removeQuietly(this.#parts.target.disk, partial);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#places.record === undefined) await this.discard();
    try {
      await this.#writing;
      await this.#syncing;
      if (!this.#isOver && this.#written > this.#recordedAt) await this.#record(this.#written);
    } catch {
      // what is not recorded is written again
    } finally {
      await this.#places.handle.close();
      this.#parts.close();
    }
  }

  get #isOurs(): boolean {
    const there = this.#parts.target.disk.lstat(this.#places.partial);
    return there !== undefined && isSameFile(there, this.#places.id);
  }

  /** Another process may have finished the file: what then has its name may be changed by anybody, so not by us. */
  #requireOurs(): void {
    if (this.#isOurs) return;
    this.#isOver = true;
    throw changed(this.#parts.call, 'another process has taken over what was written of it');
  }

  #recordLater(): void {
    const { record } = this.#places;
    if (record === undefined || this.#syncing !== undefined) return;
    const size = this.#written;
    this.#recordedAt = size;
    this.#syncing = this.#record(size).finally(() => (this.#syncing = undefined));
    // a failure is seen by whoever writes next, or finishes
    this.#syncing.catch(() => undefined);
  }

  async #record(size: number): Promise<void> {
    await this.#places.handle.datasync();
    await this.#places.record?.write(size);
    this.#recordedAt = size;
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw destinationError(this.#parts.call, error);
    }
  }
}

function removeQuietly(disk: WritableDisk, place: string): void {
  try {
    disk.removeFile(place);
  } catch {
    // a sweep finds it by its name
  }
}
