import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { openLocalDestination } from '../../../src/destinations/local/local-destination.ts';
import { describeSource } from '../../contract/describe-contract.ts';
import { openStageSource } from '../../support/stage/stage-source.ts';
import { localTree } from '../../support/trees/local-tree.ts';
import { sourceOn } from '../../support/trees/source-on-destination.ts';

describeSource('a memory destination', async () => {
  const destination = createMemoryDestination({ root: 'some/folder/' });
  destination.folders.add('some/').add('some/folder/');
  return sourceOn(destination, () => destination.close());
});

describeSource('a directory as a destination', async () => {
  const tree = localTree();
  const destination = await openLocalDestination({ root: tree.root });
  return sourceOn(destination, async () => {
    await destination.close();
    tree[Symbol.dispose]();
  });
});

describeSource('a Stage', () => openStageSource(''));
describeSource('a folder of a Stage', () => openStageSource('some/folder/'));
