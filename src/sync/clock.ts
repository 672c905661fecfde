import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../model/ports.ts';

/** A timer cannot wait longer: Node fires one that is set to more at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time and chance. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      for (let left = ms; left > 0; left -= LONGEST_TIMER_MS)
        await wait(Math.min(left, LONGEST_TIMER_MS), undefined, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  },
  random: () => Math.random(),
};
