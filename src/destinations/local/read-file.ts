import type { FileHandle } from 'node:fs/promises';
import type { CallOptions } from '../../model/ports.ts';
import { changed, destinationError, missing, refused } from './destination-errors.ts';
import type { DiskCall } from './destination-errors.ts';
import { requirePath } from './target-folder.ts';
import type { TargetFolder } from './target-folder.ts';

const BLOCK_BYTES = 512 * 1024;

/**
 * The bytes of a file. The file is opened here for its errors, and again when its bytes are taken, so that nothing
 * stays open if nobody takes them.
 */
export async function readFile(
  target: TargetFolder,
  call: DiskCall,
  options: CallOptions,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    requirePath(call, call.path, 'file');
    if (!target.isThere()) throw missing(call);
    await (await openFile(target, call)).close();
  } catch (error) {
    throw destinationError(call, error);
  }
  options.signal.throwIfAborted();
  return chunksOf(target, call, options);
}

async function openFile(target: TargetFolder, call: DiskCall): Promise<FileHandle> {
  const way = target.found(call.path, () => target.way(call));
  if (way === undefined) throw missing(call);
  try {
    const stats = target.disk.lstat(way.place);
    if (stats === undefined || stats.isDirectory()) throw missing(call);
    if (!stats.isFile()) throw refused(call, 'it is a symbolic link or a device');
    const handle = await target.disk.openLater(way.place, { followLink: false });
    try {
      way.check();
      if (!(await handle.stat()).isFile()) throw refused(call, 'it is no file any more');
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  } finally {
    way.close();
  }
}

/** The last block is handed out only when the file is still as it was at the first. */
async function* chunksOf(
  target: TargetFolder,
  call: DiskCall,
  { signal }: CallOptions,
): AsyncGenerator<Uint8Array, void> {
  try {
    signal.throwIfAborted();
    await using handle = await openFile(target, call);
    const before = await handle.stat({ bigint: true });
    for (let left = Number(before.size); left > 0;) {
      const block = await readBlock(handle, call, Math.min(left, BLOCK_BYTES));
      signal.throwIfAborted();
      left -= block.byteLength;
      if (left === 0) {
        const now = await handle.stat({ bigint: true });
        if (now.size !== before.size || now.mtimeNs !== before.mtimeNs)
          throw changed(call, 'it was written to while it was read');
      }
      yield block;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw destinationError(call, error);
  }
}

async function readBlock(handle: FileHandle, call: DiskCall, size: number): Promise<Uint8Array> {
  const block = Buffer.allocUnsafeSlow(size);
  for (let filled = 0; filled < size;) {
    const { bytesRead } = await handle.read(block, filled, size - filled, null);
    if (bytesRead === 0) throw changed(call, 'it was cut while it was read');
    filled += bytesRead;
  }
  return block;
}
