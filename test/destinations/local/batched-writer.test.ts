import { expect, test } from 'vitest';
import { BatchedWriter } from '../../../src/destinations/local/batched-writer.ts';

const MB = 1024 * 1024;
const chunk = new Uint8Array(MB);

/** A handle that takes everything, and says what it was asked for. */
function openHandle({ flush = () => Promise.resolve() }: { readonly flush?: () => Promise<void> } = {}) {
  const counts = { bytes: 0, flushes: 0 };
  const take = <T extends Uint8Array | readonly Uint8Array[]>(buffers: T) => {
    const bytesWritten = [buffers].flat().reduce((sum, each) => sum + each.byteLength, 0);
    counts.bytes += bytesWritten;
    return Promise.resolve({ bytesWritten, buffer: buffers, buffers });
  };
  const datasync = (): Promise<void> => {
    counts.flushes++;
    return flush();
  };
  const handle = { write: take, writev: take, datasync } as unknown as ConstructorParameters<
    typeof BatchedWriter
  >[0];
  return { handle, counts };
}

async function write(writer: BatchedWriter, megabytes: number): Promise<void> {
  for (let written = 0; written < megabytes; written++) await writer.add(chunk);
}

test('a large file is flushed while it is written, a small one not', async () => {
  for (const [megabytes, flushes] of [
    [8, 0],
    [100, 3],
  ] as const) {
    const { handle, counts } = openHandle();
    const writer = new BatchedWriter(handle, () => undefined);
    await write(writer, megabytes);
    await writer.end();
    expect(counts).toEqual({ bytes: megabytes * MB, flushes });
  }
});

test('writing goes on while a flush is under way, of which there is one at a time', async () => {
  const flushed = Promise.withResolvers<void>();
  const { handle, counts } = openHandle({ flush: () => flushed.promise });
  const writer = new BatchedWriter(handle, () => undefined);
  await write(writer, 100);
  expect(counts.flushes).toBe(1);
  let hasEnded = false;
  const end = writer.end().then(() => (hasEnded = true));
  await new Promise(setImmediate);
  expect([counts.bytes, hasEnded]).toEqual([100 * MB, false]);
  flushed.resolve();
  await end;
});

test('a flush that fails fails the file, though all its writes went well', async () => {
  const { handle } = openHandle({ flush: () => Promise.reject(new Error('EIO')) });
  const writer = new BatchedWriter(handle, () => undefined);
  await write(writer, 40);
  await expect(writer.end()).rejects.toThrow('EIO');
});
