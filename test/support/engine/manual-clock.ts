import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/model/ports.ts';

/** Time that passes only when a test says so. */
export interface ManualClock extends Clock {
  /** Milliseconds that each sleep so far asked for. */
  readonly sleeps: number[];
  /** Sleeps that have not ended. */
  readonly sleeping: number;
  /** Lets time pass, ending sleeps in their order, with everything that follows from each. */
  pass(ms: number): Promise<void>;
  /** Somebody sets the machine's clock; time as it passes is not touched. */
  set(now: number): void;
}

export function createManualClock(random = 0.5): ManualClock {
  let elapsed = 0;
  let offset = 1_700_000_000_000;
  const sleeps: number[] = [];
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn();
  };
  return {
    sleeps,
    get sleeping() {
      return sleepers.size;
    },
    now: () => offset + elapsed,
    elapsed: () => elapsed,
    random: () => random,
    sleep(ms, signal) {
      sleeps.push(ms);
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const sleeper = { until: elapsed + ms, wake: resolve };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => {
          if (sleepers.delete(sleeper)) reject(signal.reason as Error);
        });
      });
    },
    async pass(ms) {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].sort((a, b) => a.until - b.until)[0];
        if (next === undefined || next.until > end) break;
        elapsed = Math.max(elapsed, next.until);
        sleepers.delete(next);
        next.wake();
        await settle();
      }
      elapsed = end;
      await settle();
    },
    set(now) {
      offset = now - elapsed;
    },
  };
}
