import { openLocalDestination } from '../../src/destinations/local/local-destination.ts';
import { realWritableDisk } from '../../src/disk/writable-disk.ts';
import { localTree } from '../support/trees/local-tree.ts';
import { NEUTRAL_CODES, describeDestination, type DestinationFixture } from './destination.ts';

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

describeDestination('a directory', NEUTRAL_CODES, () => open());
describeDestination('a directory, on a system that cannot open from an open folder,', NEUTRAL_CODES, () =>
  open({ ...realWritableDisk, placeOf: undefined }),
);
describeDestination('a directory, on a file system without second names for files,', NEUTRAL_CODES, () =>
  open({ ...realWritableDisk, link: refuse('EPERM') }),
);
