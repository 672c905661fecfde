import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inside } from '../../disk/disk.ts';
import type { FolderWay } from '../../disk/way-to-file.ts';
import type { WritableDisk } from '../../disk/writable-disk.ts';
import { nameOf, parentOf } from '../../model/path.ts';
import type { CallOptions, PartialFile, PartialOptions, PutOptions } from '../../model/ports.ts';
import { destinationError } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { LocalPartialFile, type OpenPartial, type PartialPlaces } from './partial-file.ts';
import { PartialRecord, partialNameOf } from './partial-record.ts';
import { requirePath } from './target-folder.ts';
import { modeOf } from './write-file.ts';
import type { WritePlace } from './write-file.ts';

/** A file that grew within this time is still being written, by another process. Milliseconds. */
const LIVE_MS = 2000;

export interface OpenPartialOptions extends PartialOptions, CallOptions, Pick<PutOptions, 'expects'> {
  /** Who alone writes to the partial file: nobody waits to find out whether others do. Absent: anybody may. */
  readonly owner?: string | undefined;
}

/**
 * Opens a file that gets its name once it is whole. Its hidden name follows from that name, so that the next process finds what a
 * killed one left: to go on with it where a record beside it says that it is of the same content, to write over it otherwise. Two
 * processes that write the same content write the same bytes to the same places.
 */
export async function openPartialFile(
  { target, names, syncs }: WritePlace,
  call: DiskCall,
  { of, recycle, owner, expects, signal }: OpenPartialOptions,
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
    // nobody waits for a large file to learn that its name is not free
    if (expects !== undefined) modeOf(target, call, inside(folder.place, name), expects);
    const record = new PartialRecord(target.disk, folder.place, partialNameOf(name, owner), of ?? '');
    const places = { folder, final: inside(folder.place, name) };
    const found = await openFound({
      disk: target.disk,
      record,
      isKept: of !== undefined,
      isAlone: owner !== undefined,
      signal,
    });
    const opened =
      found === 'in use'
        ? { partial: inside(folder.place, temporary), record: undefined }
        : { partial: record.partial, record: of === undefined ? undefined : record };
    const start = typeof found === 'object' ? found : { handle: await create(target.disk, opened), size: 0 };
    const id = await start.handle.stat({ bigint: true });
    return new LocalPartialFile(
      { target, syncs, call, close, recycle },
      { ...places, ...opened, ...start, id },
    );
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw destinationError(call, error);
  }
}

async function create(
  disk: WritableDisk,
  { partial, record }: Pick<PartialPlaces, 'partial' | 'record'>,
): Promise<FileHandle> {
  await record?.begin();
  return disk.create(partial);
}

interface FoundOptions {
  readonly disk: WritableDisk;
  readonly record: PartialRecord;
  /** Whether it is to be gone on with. */
  readonly isKept: boolean;
  /** Nobody else writes to it. */
  readonly isAlone: boolean;
  readonly signal: AbortSignal;
}

/** What an earlier process left; undefined where that is nothing that can be used, and it was cleared away. */
async function openFound(
  options: FoundOptions,
): Promise<Pick<OpenPartial, 'handle' | 'size'> | 'in use' | undefined> {
  const { disk, record, isKept, isAlone } = options;
  if (disk.lstat(record.partial) === undefined) return undefined;
  if (!isAlone && (await isGrowing(options))) return 'in use';
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
): Promise<Pick<OpenPartial, 'handle' | 'size'> | undefined> {
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
