import { expect, test } from 'vitest';
import { SyncError } from '../../../src/model/errors.ts';
import type { SharedPace } from '../../../src/model/pace.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import { Pacer } from '../../../src/remote/gate/pacer.ts';
import type { RateLimiter } from '../../../src/remote/gate/rate-limiter.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';

const NEVER = new AbortController().signal;
const SHARED: SharedPace = {
  budget: 'redis://r/0',
  name: 'https://api/1',
  reached: true,
  users: 2,
  pausedMs: 0,
};

const throttled = (): SyncError =>
  new SyncError('stage_throttled', 'too many', { verdict: 'retry', fact: 'slow_down', retryAfterMs: 3000 });

function setUp() {
  const clock = createManualClock();
  const gates = new Gates(clock);
  /** A limiter as those of a budget are, until it is closed. */
  const limiter = (): RateLimiter & { shared: SharedPace | undefined } =>
    Object.assign(new Pacer(clock), { shared: SHARED });
  const use = (shared: RateLimiter) =>
    gates.of('https://api', 'one', shared).use({
      name: 'Stage',
      concurrency: 4,
      attempts: 3,
      maxRequestsPerSecond: undefined,
      maxWaitMs: 3_600_000,
      draining: NEVER,
      signal: NEVER,
      onEvent: () => undefined,
    });
  return { clock, gates, limiter, use };
}

test('a process that shares no budget has none, whatever it asks', async () => {
  const { gates } = setUp();
  gates.of('https://api', 'one');
  expect(gates.budgets).toEqual([]);
});

test('refusals and waits of a budget are counted, and go on when its limiter is another one', async () => {
  const { clock, gates, limiter, use } = setUp();
  const first = limiter();
  expect(gates.budgets).toEqual([]);
  const one = use(first);
  expect(gates.budgets).toEqual([
    { budget: 'redis://r/0', name: 'https://api/1', refused: 0, waitedMs: 0, now: SHARED },
  ]);
  let refusals = 1;
  const request = one.request({ operation: 'list', path: 'a' }, async () => {
    if (refusals-- > 0) throw throttled();
  });
  await clock.pass(10_000);
  await request;
  const [budget] = gates.budgets;
  expect(budget).toMatchObject({ refused: 1 });
  // the pause that the refusal asked for
  expect(budget!.waitedMs).toBeGreaterThanOrEqual(3000);
  expect(budget!.waitedMs).toBeLessThan(4000);
  one[Symbol.dispose]();
  first.shared = undefined;
  expect(gates.budgets[0]).toEqual({ ...budget, now: undefined });
  const two = use(limiter());
  expect(gates.budgets).toHaveLength(1);
  expect(gates.budgets[0]).toEqual({ ...budget, now: SHARED });
  two[Symbol.dispose]();
});

test('what is sent without a wait counts none', async () => {
  const { clock, gates, limiter, use } = setUp();
  const one = use(limiter());
  const request = one.request({ operation: 'list', path: 'a' }, () => clock.sleep(500, NEVER));
  await clock.pass(1000);
  await request;
  expect(gates.budgets[0]).toMatchObject({ refused: 0, waitedMs: 0 });
});
