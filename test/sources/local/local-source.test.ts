import fs from 'node:fs';
import { openLocalSource } from '../../../src/sources/local/local-source.ts';
import { describeSource } from '../../contract/describe-contract.ts';
import type { SourceFixture } from '../../../src/contract/contract.ts';
import { localTree } from '../../support/trees/local-tree.ts';

describeSource('a directory', () => open());
describeSource('a directory, listed by another thread,', () => open(0));

async function open(threadAfter?: number): Promise<SourceFixture> {
  const tree = localTree();
  const source = await openLocalSource({
    root: tree.root,
    followSymlinks: false,
    ...(threadAfter === undefined ? {} : { threadAfter }),
  });
  return {
    source,
    async write(path, bytes) {
      const before = fs.statSync(tree.at(path), { bigint: true, throwIfNoEntry: false })?.mtimeNs;
      // Twice in one step of the file system's clock is the same version; a person is never that fast.
      do tree.write(path, bytes);
      while (fs.statSync(tree.at(path), { bigint: true }).mtimeNs === before);
    },
    remove: async (path) => tree.remove(path),
    makeFolder: async (folder) => tree.makeFolder(folder),
    async [Symbol.asyncDispose]() {
      await source.close();
      tree[Symbol.dispose]();
    },
  };
}
