import { foldersOf, parentOf } from '../../../src/model/path.ts';
import type { Destination } from '../../../src/model/ports.ts';
import { destinationAsSource } from '../../../src/sources/stage/destination-as-source.ts';
import type { SourceFixture } from '../../../src/contract/contract.ts';

const call = { signal: new AbortController().signal };

/** A source over an empty destination, which the test fills through the destination itself. */
export function sourceOn(destination: Destination, close: () => Promise<void>): SourceFixture {
  const { root } = destination;
  const makeFolder = async (folder: string): Promise<void> => {
    for (const each of foldersOf(root + folder)) await destination.makeFolder(each, call);
  };
  return {
    source: destinationAsSource({ destination }),
    async write(path, bytes) {
      await makeFolder(parentOf(path));
      const before = await destination.stat(root + path, call);
      const content = { size: bytes.byteLength, bytes };
      // Twice in one step of the other side's clock is the same version; a person is never that fast.
      do await destination.put(root + path, content, call);
      while ((await destination.stat(root + path, call))?.modifiedMs === before?.modifiedMs);
    },
    remove: (path) => destination.remove(root + path, call),
    makeFolder,
    [Symbol.asyncDispose]: close,
  };
}
