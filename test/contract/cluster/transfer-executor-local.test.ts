import { Gate } from '../../../src/remote/gate/gate.ts';
import { LocalTransfers } from '../../../src/remote/local-transfers.ts';
import { Remote } from '../../../src/remote/remote.ts';
import { RetryingDestination } from '../../../src/remote/retrying-destination.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { transferExecutorContract } from './transfer-executor.ts';

transferExecutorContract(async ({ source, destination }, { idle = false } = {}) => {
  const [draining, signal] = [new AbortController(), new AbortController()];
  const use = new Gate(systemClock).use({
    name: destination.words.name,
    concurrency: idle ? 1 : 8,
    attempts: 1,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: draining.signal,
    signal: signal.signal,
    onEvent: () => undefined,
  });
  const end = Promise.withResolvers<void>();
  // the only lane is taken by something that ends when the run is to end
  for (const each of [draining, signal]) each.signal.addEventListener('abort', () => end.resolve());
  const takesLane = idle ? use.request({ operation: 'look', path: '' }, () => end.promise) : undefined;
  const remote = new Remote({
    destination: new RetryingDestination(destination, use),
    source,
    signal: signal.signal,
    onBytes: () => undefined,
  });
  return {
    executor: new LocalTransfers(remote, use),
    draining,
    signal,
    async close() {
      end.resolve();
      await takesLane?.catch(() => undefined);
      use[Symbol.dispose]();
    },
  };
});
