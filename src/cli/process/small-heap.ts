import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Half of the young generation, in bytes. With less, each collection finds much that is still in use; more only costs memory. */
const YOUNG_BYTES = 4 * 1024 * 1024;

/**
 * Lets this process collect its garbage earlier, from now on. Without these settings V8 keeps some 100 MB of garbage,
 * however little memory is in use: the young generation grows to 64 MB because each file brings short-lived objects, and
 * the old generation may become several times as large as the objects that live in it. A run lasts for hours beside other
 * work; saving a third of the memory costs the run a tenth more processor time. V8 reads the settings whenever it decides
 * whether to grow; a setting that V8 does not know changes nothing.
 */
export function keepHeapSmall(): void {
  growYoungGeneration();
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=40');
  // Helpers for so small a generation cost more than they save.
  setFlagsFromString('--no-parallel-scavenge');
}

/** Grows the young generation from 1 MB, once: V8 does so in a collection that finds much in use. Takes some 5 ms. */
function growYoungGeneration(): void {
  const collect = collector();
  setFlagsFromString(`--semi-space-growth-factor=${YOUNG_BYTES / (1024 * 1024)}`);
  const used: object[] = [];
  for (let tries = 0; tries < 3 && youngBytes() < YOUNG_BYTES / 2; tries++) {
    while (used.length < 8_000 * (tries + 1)) used.push([used.length]);
    collect('minor');
  }
}

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return (space?.space_used_size ?? 0) + (space?.space_available_size ?? 0);
}

/**
 * Bytes that arrive between two collections of the young generation. With twice as many, V8 sees so much outside its heap that it
 * collects everything again and again: 50 times for a file of 1 GB, a quarter of all processor time.
 */
const COLLECT_EVERY = 4 * 1024 * 1024;
/** Bytes outside the heap above which everything is collected. */
const LIMIT = 48 * 1024 * 1024;

/**
 * Keeps the network's buffers from piling up. The returned function has to be told of all bytes that arrive. Node gives
 * each piece that arrives a buffer of its own, and V8 lets 64 MB of dead buffers gather, which the allocator then does
 * not give back: a sync of a bucket took up to 320 MB. Buffers die young, so that a collection of the young generation,
 * some 0.5 ms, frees nearly all of them. The young generation is kept small, because the garbage of requests would make
 * it grow to 100 MB.
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

/** Collects everything, some 1 ms for each MB in use: for a process that waits from now on. */
export const collectGarbage = (): void => collector()('major');

/** A function that runs V8's collector: over the whole heap, or over the young generation only. */
function collector(): (kind: 'major' | 'minor') => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as (options: { readonly type: string }) => void;
  return (type) => gc({ type });
}
