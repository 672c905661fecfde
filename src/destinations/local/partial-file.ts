import type { FileHandle } from 'node:fs/promises';
import { isSameFile, type FileId } from '../../disk/file-id.ts';
import type { FolderSyncs } from '../../disk/folder-syncs.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import { parentOf } from '../../model/path.ts';
import type { PartialFile, PartialOptions, StoredFile } from '../../model/ports.ts';
import { changed, destinationError } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { moveFile } from './move-entry.ts';
import type { PartialRecord } from './partial-record.ts';
import type { TargetFolder } from './target-folder.ts';
import { keepMode, modeOf, setTime, storedFile } from './write-file.ts';

/** Bytes that are written before it is recorded how many of them are safely on the disk. */
const RECORD_BYTES = 32 * 1024 * 1024;
/** Bytes that are written by one call. */
const BATCH_BYTES = 1024 * 1024;
/** Where a partial file lies, and the name that it is to get. */
export interface PartialPlaces {
  readonly folder: FolderWay;
  readonly partial: string;
  readonly final: string;
  /** Absent: it does not outlive its closing. */
  readonly record: PartialRecord | undefined;
}

export interface OpenPartial extends PartialPlaces {
  readonly handle: FileHandle;
  readonly id: FileId;
  /** Bytes of it that are there already. */
  readonly size: number;
}

export interface WriterParts {
  readonly target: TargetFolder;
  readonly syncs: FolderSyncs;
  readonly call: DiskCall;
  readonly close: () => void;
  readonly recycle: PartialOptions['recycle'];
}

/** A file that is written in batches, beside its name. */
export class LocalPartialFile implements PartialFile {
  readonly #parts: WriterParts;
  readonly #places: OpenPartial;
  /** Bytes that came, that are being written at most, and that are written. */
  #size: number;
  #handedOver: number;
  #written: number;
  #batch: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #recordedAt: number;
  #syncing: Promise<void> | undefined;
  #isOver = false;

  constructor(parts: WriterParts, opened: OpenPartial) {
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
    const { recycle } = this.#parts;
    if (recycle !== undefined) for (const chunk of batch) recycle(chunk);
    if (this.#written - this.#recordedAt >= RECORD_BYTES) this.#recordLater();
  }

  finish({ replace, expects, modifiedMs }: Parameters<PartialFile['finish']>[0]): Promise<StoredFile> {
    return this.#attempt(async () => {
      const { disk } = this.#parts.target;
      const { folder, partial, final, record } = this.#places;
      await this.#handOver();
      await this.#writing;
      await this.#syncing;
      await this.#places.handle.truncate(this.#size);
      const { target, call } = this.#parts;
      const mode = replace ? modeOf(target, call, final, expects) : undefined;
      if (mode !== undefined) await keepMode(this.#places.handle, mode);
      if (modifiedMs !== undefined) await setTime(this.#places.handle, modifiedMs);
      await this.#places.handle.sync();
      const stored = await storedFile(this.#places.handle);
      this.#requireOurs();
      folder.check();
      if (expects !== undefined) modeOf(target, call, final, expects);
      if (replace) disk.rename(partial, final);
      else moveFile(disk, call, partial, final);
      this.#isOver = true;
      record?.end();
      await this.#parts.syncs.sync(parentOf(call.path), folder.place);
      return stored;
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
      if (!this.#isOver) await this.#handOver();
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

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
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
