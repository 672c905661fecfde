import type { SampleFile } from '../../../src/load/samples/sample-file.ts';

async function* inChunks(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

/** A file in memory, which comes in chunks of so many bytes. */
export const memorySample = (name: string, bytes: Uint8Array, chunk = 7000): SampleFile => ({
  name,
  size: bytes.length,
  read: () => Promise.resolve(inChunks(bytes, chunk)),
  ranges: {
    size: bytes.length,
    from: (offset) => Promise.resolve(inChunks(bytes.subarray(offset), chunk)),
  },
});

export async function* memorySamples(...files: readonly SampleFile[]): AsyncGenerator<SampleFile, void> {
  for (const file of files) yield await Promise.resolve(file);
}
