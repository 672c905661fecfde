import { Gate } from '../../../src/remote/gate/gate.ts';
import { MemoryBroker } from '../../support/cluster/memory-broker.ts';
import { queuedTransfers, workersOf } from '../../support/cluster/queued-pair.ts';
import { createTurnClock } from '../../support/cluster/turn-clock.ts';
import { createTestClock } from '../../support/engine/engine.ts';
import { transferExecutorContract } from './transfer-executor.ts';

transferExecutorContract(async ({ source, destination }, { idle = false } = {}) => {
  const [draining, signal] = [new AbortController(), new AbortController()];
  const clock = createTestClock();
  const ends = { source, destination, gate: new Gate(clock) };
  const broker = new MemoryBroker(workersOf({ ends, clock, attempts: 1 }), { atOnce: idle ? 0 : 3 });
  const executor = queuedTransfers({
    queue: broker.queue('pair', 'in/'),
    clock: createTurnClock(),
    source,
  })({ draining: draining.signal, signal: signal.signal, tell: () => undefined, onWorkers: () => undefined });
  await executor.takeOver();
  return { executor, draining, signal, close: () => executor.close() };
});
