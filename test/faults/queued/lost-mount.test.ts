import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { MemoryBroker } from '../../support/cluster/memory-broker.ts';
import { queuedTransfers, workersOf } from '../../support/cluster/queued-pair.ts';
import { createTurnClock } from '../../support/cluster/turn-clock.ts';
import { createEngine, createTestClock } from '../../support/engine/engine.ts';

test('no removal follows from a mount that a worker has lost: what it does not see is not gone from the source', async () => {
  const source = createMemorySource();
  const destination = createMemoryDestination({ root: 'in/' });
  const clock = createTestClock();
  const gate = new Gate(clock);
  const sees = workersOf({ ends: { source, destination, gate }, clock });
  const empty = createMemorySource();
  const seesNothing = workersOf({ ends: { source: empty, destination, gate }, clock });
  let isMounted = true;
  const broker = new MemoryBroker((...batch) => (isMounted ? sees : seesNothing)(...batch));
  const transfers = queuedTransfers({ queue: broker.queue('pair', 'in/'), clock: createTurnClock(), source });
  using engine = createEngine(source, destination, clock);
  const pass = () => engine.pass({ transfers, removal: 'ours', moves: false });

  source.write('old-name', 'the only copy');
  expect((await pass()).report.outcome).toBe('clean');
  source.remove('old-name');
  source.write('new-name', 'the only copy');

  isMounted = false;
  const { report } = await pass();
  expect(report).toMatchObject({ outcome: 'failures', failed: 1, removed: 0 });
  expect(destination.text('in/old-name')).toBe('the only copy');
  const told = engine.events.find((event) => event.type === 'action' && event.outcome === 'failed');
  expect(told).toMatchObject({ path: 'new-name', error: { code: 'entry_unreadable' } });

  isMounted = true;
  expect((await pass()).report).toMatchObject({ outcome: 'clean', uploaded: 1, removed: 1 });
  expect([...destination.files.keys()]).toEqual(['in/new-name']);
});
