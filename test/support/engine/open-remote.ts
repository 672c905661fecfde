import { createMemorySource } from '../../../src/sources/memory/memory-source.ts';
import { Remote } from '../../../src/remote/remote.ts';
import { RetryingDestination } from '../../../src/remote/retrying-destination.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { createTestClock } from './engine.ts';
import type { MemoryDestination } from '../../../src/destinations/memory/memory-destination.ts';

/** A Stage in memory as the parts that carry out a plan see it. What fails is not tried again. */
export function openRemote(destination: MemoryDestination): Remote {
  const { signal } = new AbortController();
  const gate = new Gate(createTestClock()).use({
    name: destination.words.name,
    concurrency: 8,
    attempts: 1,
    maxRequestsPerSecond: undefined,
    maxWaitMs: 3_600_000,
    draining: signal,
    signal,
    onEvent: () => undefined,
  });
  return new Remote({
    destination: new RetryingDestination(destination, gate),
    source: createMemorySource(),
    signal,
    onBytes: () => undefined,
  });
}
