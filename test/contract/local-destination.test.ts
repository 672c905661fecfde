import type { DestinationFixture } from '../../src/contract/contract.ts';
import { openLocalDestination } from '../../src/destinations/local/local-destination.ts';
import { realWritableDisk } from '../../src/disk/writable-disk.ts';
import { localTree } from '../support/trees/local-tree.ts';
import { describeDestination } from './describe-contract.ts';

async function open(disk = realWritableDisk): Promise<DestinationFixture> {
  const tree = localTree();
  const destination = await openLocalDestination({ root: tree.root }, disk);
  return {
    destination,
    async [Symbol.asyncDispose]() {
      await destination.close();
      tree[Symbol.dispose]();
    },
  };
}

const refuse = (errno: string) => (): never => {
  throw Object.assign(new Error(errno), { code: errno });
};

describeDestination('a directory', () => open());
describeDestination('a directory, on a system that cannot open from an open folder,', () =>
  open({ ...realWritableDisk, placeOf: undefined }),
);
describeDestination('a directory, on a file system without second names for files,', () =>
  open({ ...realWritableDisk, link: refuse('EPERM') }),
);
