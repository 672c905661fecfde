import { SyncError } from '../../../src/model/errors.ts';
import type { PartialFile } from '../../../src/model/ports.ts';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

export interface PartialSwitches {
  /** It has its name from the first byte on. */
  readonly seenEarly?: boolean;
  readonly keepsDiscarded?: boolean;
  readonly replacesAlways?: boolean;
}

/** The same destination with files that are written piece by piece. */
export const withPartialFiles = (
  memory: MemoryDestination,
  switches: PartialSwitches = {},
): MemoryDestination => ({
  ...memory,
  openPartial: (path) => Promise.resolve(partialFile(memory, path, switches)),
});

function partialFile(
  memory: MemoryDestination,
  path: string,
  { seenEarly = false, keepsDiscarded = false, replacesAlways = false }: PartialSwitches,
): PartialFile {
  const chunks: Uint8Array[] = [];
  const store = (modifiedMs: number): void => memory.place(path, Buffer.concat(chunks), modifiedMs);
  return {
    get size() {
      return chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    },
    async write(chunk) {
      chunks.push(chunk.slice());
      if (seenEarly) store(1);
    },
    async finish({ replace }) {
      if (memory.files.has(path) && !replace && !replacesAlways)
        throw new SyncError('destination_taken', (name) => `${name} is there already`, {
          verdict: 'skip_entry',
          fact: 'taken',
          path,
        });
      store(1000);
      return { modifiedMs: 1000 };
    },
    async discard() {
      if (keepsDiscarded) store(1);
    },
    async [Symbol.asyncDispose]() {},
  };
}
