import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/model/ports.ts';

/** A clock whose sleeps end at once: time passes by as much as was to be slept. */
export interface HurriedClock extends Clock {
  /** Milliseconds that each sleep so far asked for. */
  readonly sleeps: number[];
}

/** `onSleep`: told how much time passes, to let it pass elsewhere too. */
export function createHurriedClock(onSleep: (ms: number) => void = () => undefined): HurriedClock {
  let elapsed = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => 1_700_000_000_000 + elapsed,
    elapsed: () => elapsed,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      sleeps.push(ms);
      elapsed += ms;
      onSleep(ms);
      await turn();
      signal.throwIfAborted();
    },
  };
}
