import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../../src/model/ports.ts';

/** Milliseconds that pass with each turn of the event loop. */
const TURN_MS = 100;

/** Resolves after so many turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nextTurn();
}

/**
 * A clock on which time passes with the turns of the event loop, while somebody sleeps: nobody waits for real time, and what waits for
 * requests goes on meanwhile.
 */
export function createTurnClock(): Clock {
  let elapsed = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  let isTurning = false;
  const turn = async (): Promise<void> => {
    isTurning = true;
    while (sleepers.size > 0) {
      await nextTurn();
      elapsed += TURN_MS;
      for (const sleeper of sleepers)
        if (sleeper.until <= elapsed) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
    }
    isTurning = false;
  };
  return {
    now: () => 1_700_000_000_000 + elapsed,
    elapsed: () => elapsed,
    random: () => 0.5,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const stop = (): void => {
          if (sleepers.delete(sleeper)) reject(signal.reason as Error);
        };
        const sleeper = {
          until: elapsed + ms,
          wake: () => {
            signal.removeEventListener('abort', stop);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', stop, { once: true });
        if (!isTurning) void turn();
      });
    },
  };
}
