import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { collector } from './collector.ts';

/** Bytes that arrive between two collections of the young generation. */
const COLLECT_EVERY = 8 * 1024 * 1024;
/** Bytes outside the heap above which everything is collected. */
const LIMIT = 48 * 1024 * 1024;

/**
 * Keeps the network's buffers from piling up; to be told of all bytes that arrive. Node gives each piece that arrives a
 * buffer of its own, and V8 lets 64 MB of dead ones gather, which the allocator then does not give back: a sync of a
 * bucket took up to 320 MB. They die young, so that collecting the young generation, some 0.5 ms, frees nearly all of
 * them; it stays small, because the garbage of requests would make it grow to 100 MB.
 */
export function collectBuffers(): (bytes: number) => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  const collect = collector();
  let arrived = 0;
  return (bytes) => {
    arrived += bytes;
    if (arrived < COLLECT_EVERY) return;
    arrived = 0;
    collect(getHeapStatistics().external_memory > LIMIT ? 'major' : 'minor');
  };
}
