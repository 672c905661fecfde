import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that arrive between two looks, and bytes outside the heap above which a look collects. */
const LOOK_EVERY = 8 * 1024 * 1024;
const LIMIT = 24 * 1024 * 1024;

/**
 * Keeps the network's buffers from piling up; to be told of all bytes that arrive. Node gives each piece that arrives a
 * buffer of its own, and V8 lets 64 MB of dead ones gather, which the allocator then does not give back: a sync of a
 * bucket took up to 320 MB. Collected in time they are 24 MB, for a collection of some 15 ms every 40 MB. The young
 * generation stays small, because the garbage of requests would make it grow to 100 MB.
 */
export function collectBuffers(): (bytes: number) => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let arrived = 0;
  return (bytes) => {
    arrived += bytes;
    if (arrived < LOOK_EVERY) return;
    arrived = 0;
    if (getHeapStatistics().external_memory > LIMIT) collect();
  };
}
