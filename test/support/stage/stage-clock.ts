import { setImmediate as nextTurn } from 'node:timers/promises';
import { createTestClock } from '../engine/engine.ts';

/**
 * A test clock for runs against an embedded Stage, which dates its files by the machine's clock. Sleeps pass at once, but
 * never within one millisecond of that clock: what Stage dates before a sleep and what it dates after have different times,
 * as after any real sleep. Otherwise a try whether moves change times would at times find that they do not.
 */
export function createStageClock(start?: number): ReturnType<typeof createTestClock> {
  const clock = createTestClock(start);
  const pass = clock.sleep.bind(clock);
  clock.sleep = async (ms, signal) => {
    const before = Date.now();
    await pass(ms, signal);
    while (Date.now() === before) await nextTurn();
    signal.throwIfAborted();
  };
  return clock;
}
