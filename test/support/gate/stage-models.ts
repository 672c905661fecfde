import type { Asked, Reply, StageModel } from './simulated-traffic.ts';

export const PUT_MS = 1500;
export const LIST_MS = 1000;

export const puts = (count: number, bytes = 4096): Asked[] =>
  Array.from({ length: count }, () => ({ operation: 'upload', bytes }));

export type Time = (asked: Asked, now: number) => number;
export const atStagePace: Time = ({ operation }) => (operation === 'list' ? LIST_MS : PUT_MS);

/** Takes everything at once. */
export const endless = (time: Time = atStagePace): StageModel => ({
  reply: (asked, { now }) => ({ is: 'answered', ms: time(asked, now) }),
});

/** Works on `capacity` requests at once; the others wait for their turn. */
export function queueing(capacity: number | ((now: number) => number), time: Time = atStagePace): StageModel {
  const free: number[] = [];
  return {
    reply(asked, { now }) {
      const slots = typeof capacity === 'number' ? capacity : capacity(now);
      // workers beyond the capacity of now are gone once they are free
      free.sort((a, b) => a - b);
      while (free.length > slots) free.shift();
      const begins = free.length < slots ? now : Math.max(now, free.shift()!);
      const ends = begins + time(asked, now);
      free.push(ends);
      return { is: 'answered', ms: ends - now };
    },
  };
}

/** All answers take longer beyond so many requests at once, so that no more get done. */
export const slowing = (beyond: number, time: Time = atStagePace): StageModel => ({
  reply: (asked, { now, inFlight }) => ({
    is: 'answered',
    ms: time(asked, now) * Math.max(1, inFlight / beyond),
  }),
});

export interface Allowance {
  readonly perSecond: number | ((now: number) => number);
  readonly burst: number;
  readonly retryAfterMs?: number | undefined;
  /** How long a refusal takes. */
  readonly refusalMs?: number;
}

/** A token bucket in front of another Stage. */
export function limited(allowance: Allowance, stage: StageModel = endless()): StageModel {
  const { perSecond, burst, retryAfterMs, refusalMs = 30 } = allowance;
  let tokens = burst;
  let filledAt = 0;
  return {
    reply(asked, at): Reply {
      const rate = typeof perSecond === 'number' ? perSecond : perSecond(at.now);
      tokens = Math.min(burst, tokens + ((at.now - filledAt) / 1000) * rate);
      filledAt = at.now;
      if (tokens < 1) return { is: 'refused', ms: refusalMs, retryAfterMs };
      tokens--;
      return stage.reply(asked, at);
    },
  };
}

/** Numbers in [0, 1) that are the same each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Times spread around what `time` says: `sigma` of their logarithm. */
export function spreadOut(sigma: number, seed = 1, time: Time = atStagePace): Time {
  const random = dice(seed);
  return (asked, now) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return time(asked, now) * Math.exp(sigma * normal);
  };
}
