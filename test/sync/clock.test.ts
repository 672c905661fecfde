import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/sync/clock.ts';
import { createTestClock } from '../support/engine/engine.ts';
import { createManualClock } from '../support/engine/manual-clock.ts';

afterEach(() => vi.useRealTimers());

test('a wait longer than a timer can hold is not over at once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const stopping = new AbortController();
  let over = false;
  const sleep = systemClock.sleep(2 ** 31 + 5000, stopping.signal).then(
    () => (over = true),
    () => undefined,
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(over).toBe(false);
  stopping.abort(new Error('stopped'));
  await sleep;
});

test('a sleep ends with the reason of its signal', async () => {
  const stopping = new AbortController();
  const reason = new Error('stopped');
  const sleep = systemClock.sleep(60_000, stopping.signal);
  stopping.abort(reason);
  await expect(sleep).rejects.toBe(reason);
});

test.each([
  ['the machine', systemClock],
  ['tests whose sleeps pass at once', createTestClock()],
  ['tests that let time pass', createManualClock()],
])(
  'a sleep that begins after the stop rejects with its reason, and does not throw: the clock of %s',
  async (_, clock) => {
    const reason = new Error('stopped');
    let sleep: Promise<void> | undefined;
    expect(() => {
      sleep = clock.sleep(10, AbortSignal.abort(reason));
      sleep.catch(() => undefined);
    }).not.toThrow();
    await expect(sleep).rejects.toBe(reason);
  },
);

test('elapsed time does not go back with the clock', () => {
  const before = systemClock.elapsed();
  vi.setSystemTime(0);
  expect(systemClock.elapsed()).toBeGreaterThanOrEqual(before);
});
