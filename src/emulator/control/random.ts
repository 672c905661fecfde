/** A repeatable stream of numbers in [0, 1): the same seed gives the same faults at the same requests. */
export type Random = () => number;

/** mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A time in milliseconds: always the same, evenly between two, or log-normal with an upper bound. */
export type Latency =
  | number
  | { readonly uniform: readonly [fromMs: number, toMs: number] }
  | { readonly lognormal: { readonly medianMs: number; readonly sigma: number; readonly maxMs?: number } };

export function drawLatency(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency;
  if ('uniform' in latency) return latency.uniform[0] + random() * (latency.uniform[1] - latency.uniform[0]);
  const { medianMs, sigma, maxMs } = latency.lognormal;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(medianMs * Math.exp(sigma * normal), maxMs ?? Infinity);
}
