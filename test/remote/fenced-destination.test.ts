import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../src/destinations/memory/memory-destination.ts';
import { SyncError } from '../../src/model/errors.ts';
import { fenced } from '../../src/remote/fenced-destination.ts';

const call = { signal: new AbortController().signal };
const content = { size: 1, bytes: new Uint8Array(1) };

/** A destination whose leader leads until `lease.isOver` is set. */
function fencedStage() {
  const lease = { isOver: false };
  const stage = createMemoryDestination({ root: 'in/' });
  const destination = fenced(stage, {
    election: 'jobs',
    epoch: 1,
    check() {
      if (lease.isOver) throw new SyncError('lease_lost', 'another leads', { verdict: 'end_run' });
    },
  });
  return { stage, destination, lease };
}

test('once the lease is lost nothing is changed any more, and everything can still be looked at', async () => {
  const { stage, destination, lease } = fencedStage();
  await destination.makeFolder('in/', call);
  await destination.put('in/a', content, call);
  await destination.move('in/a', 'in/b', call);
  lease.isOver = true;
  const changes = [
    () => destination.put('in/c', content, call),
    () => destination.move('in/b', 'in/c', call),
    () => destination.remove('in/b', call),
    () => destination.makeFolder('in/d/', call),
  ];
  for (const change of changes) await expect(change()).rejects.toMatchObject({ code: 'lease_lost' });
  expect([...stage.files.keys()]).toEqual(['in/b']);
  expect(await destination.stat('in/b', call)).toMatchObject({ size: 1 });
  expect(await destination.listFolder('in/', call)).toBeDefined();
});

test('an upload in whose middle the lease was lost is not brought to its end', async () => {
  const { destination, lease } = fencedStage();
  await destination.makeFolder('in/', call);
  await destination.put('in/a', content, call);
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    yield new Uint8Array(1);
    // the process stands still here, and another leader puts its file
    lease.isOver = true;
    yield new Uint8Array(1);
  }
  await expect(destination.put('in/a', { size: 2, chunks: chunks() }, call)).rejects.toMatchObject({
    code: 'lease_lost',
  });
  expect(await destination.stat('in/a', call)).toMatchObject({ size: 1 });
});
