import { expect, test } from 'vitest';
import { createMemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { MemoryBroker } from '../../support/cluster/memory-broker.ts';
import { queuedTransfers, workersOf } from '../../support/cluster/queued-pair.ts';
import { createTurnClock } from '../../support/cluster/turn-clock.ts';
import { createEngine, createTestClock } from '../../support/engine/engine.ts';
import type { Dice } from '../../support/trees/dice.ts';

/** Only the first thing that can happen happens. */
function once(): Dice {
  let happened = false;
  return {
    next: () => 0,
    below: () => 0,
    pick: (from) => from[0]!,
    chance(probability) {
      if (probability < 1 || happened) return false;
      happened = true;
      return true;
    },
  };
}

test('a file that a worker sends again after its answer is still ours, and goes when the source loses it', async () => {
  const source = createMemorySource();
  source.write('a/1', 'of the source');
  source.write('b', 'of the source too');
  let time = 1_700_000_000_000;
  const destination = createMemoryDestination({ root: 'in/', now: () => (time += 1000) });
  const clock = createTestClock();
  const send = workersOf({ ends: { source, destination, gate: new Gate(clock) }, clock });
  // the repetition sends once somebody asks what is under way, or, where nobody does, once the pass is over
  const released = Promise.withResolvers<void>();
  const [sent, repeated] = [[] as string[], [] as string[]];
  const broker = new MemoryBroker(async (batch, delivery) => {
    if (delivery.redelivered) await released.promise;
    const answer = await send(batch, delivery);
    (delivery.redelivered ? repeated : sent).push(...batch.items.map(({ to }) => to));
    return answer;
  });
  broker.faults = { dice: once(), repeats: 1, delays: 0, forgets: 0, losesWorkers: 0 };
  const queue = broker.queue('pair', 'in/');
  const watched = {
    ...queue,
    batches: () => {
      if (sent.length > 0) released.resolve();
      return queue.batches();
    },
  };
  const transfers = queuedTransfers({ queue: watched, clock: createTurnClock(), source });
  using engine = createEngine(source, destination, clock);

  expect((await engine.pass({ transfers, removal: 'ours' })).error).toBeUndefined();
  released.resolve();
  await broker.settled();
  expect(sent.toSorted()).toEqual(['in/a/1', 'in/b']);
  expect(repeated.length).toBeGreaterThan(0);

  source.remove('a/1');
  source.remove('b');
  source.write('new', 'new');
  const { error, report } = await engine.pass({ transfers, removal: 'ours' });
  expect(error).toBeUndefined();
  expect(report.failed).toBe(0);
  expect([...destination.files.keys()]).toEqual(['in/new']);
});
