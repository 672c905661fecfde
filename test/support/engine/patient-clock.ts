import type { Clock } from '../../../src/model/ports.ts';
import { createTestClock } from './engine.ts';

/** A clock on which no wait ends by itself: who waits for something or for a time waits until the thing is done. */
export const patientClock = (): Clock => ({
  ...createTestClock(),
  sleep: (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }),
});
