import { describe, expect, test } from 'vitest';
import { start, starts, testRateLimiter } from '../../contract/cluster/rate-limiter.ts';
import { openBudget } from '../../support/cluster/budget-trial.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis, type RedisServer } from '../../support/redis.ts';

tellWithoutRedis();

/** A server starts, and is connected to again. */
const PATIENCE = { timeout: 40_000, interval: 50 };

async function budget(): Promise<Awaited<ReturnType<typeof openBudget>> & { server: RedisServer }> {
  const server = await startRedis();
  return { ...(await openBudget(server.url)), server };
}

describe.runIf(HAS_REDIS)('a budget on Redis is a rate limiter', () => {
  testRateLimiter(async () => {
    const { user } = await budget();
    return user('one');
  });
});

describe.runIf(HAS_REDIS)('two processes that share a budget', () => {
  test('keep together to the rate that was told', async () => {
    const { user } = await budget();
    const [one, other] = [await user('one', 100), await user('other', 100)];
    const first = one.now();
    const times: number[] = [];
    for (let i = 0; i < 100; i++) times.push(await start(one), await start(other));
    // 200 requests at 100 a second; turns that one has taken in advance may be due later
    expect(times.at(-1)! - first).toBeGreaterThanOrEqual(1900);
    expect(times.at(-1)! - first).toBeLessThan(2300);
  });

  test('a refusal of one holds the other at once, and turns taken before are void', async () => {
    const { user } = await budget();
    const [one, other] = [await user('one', 100), await user('other', 100)];
    await starts(other, 30);
    await starts(one, 5);
    const refusedAt = one.now();
    await one.limiter.throttled(refusedAt, 4000);
    await expect.poll(() => other.limiter.pausedFor, PATIENCE).toBeCloseTo(4000, 3);
    expect(other.pauses).toEqual([expect.closeTo(4000, 3)]);
    expect(await start(other)).toBeGreaterThanOrEqual(refusedAt + 4000);
  });

  test('what one has learnt holds for a process that comes later, and rises after ten minutes', async () => {
    const { user } = await budget();
    const one = await user('one');
    await starts(one, 80, 25);
    const { requestsPerSecond } = (await one.limiter.throttled(one.now(), 500))!;
    await one.pass(300_000);
    const later = await user('later');
    await start(later);
    expect(later.limiter.requestsPerSecond).toBeCloseTo(requestsPerSecond, 0);
    await one.pass(310_000);
    await start(later);
    expect(later.limiter.requestsPerSecond).toBeGreaterThan(requestsPerSecond * 1.2);
    await one.pass(600_000);
    await start(later);
    expect(later.limiter.requestsPerSecond).toBe(undefined);
  });

  test('a clock of the server that is set back holds nothing up', async () => {
    const { user, clocks } = await budget();
    const one = await user('one', 50);
    await starts(one, 40);
    await clocks.set('now', '1000');
    // the turns of before are used up first
    const times = await starts(one, 8);
    expect(times.at(-1)! - times[0]!).toBeLessThan(2000);
  });
});

describe.runIf(HAS_REDIS)('a server that forgets, or is away', () => {
  test('what it has forgotten its users tell it', async () => {
    const { user, clocks } = await budget();
    const one = await user('one');
    await starts(one, 80, 25);
    const { requestsPerSecond } = (await one.limiter.throttled(one.now(), 500))!;
    const now = await clocks.get('now');
    await clocks.flushall();
    await clocks.set('now', now!);
    await one.pass(600);
    await starts(one, 20);
    expect(one.limiter.requestsPerSecond).toBeGreaterThan(requestsPerSecond * 0.8);
    expect(one.limiter.requestsPerSecond).toBeLessThan(requestsPerSecond * 1.2);
    expect(one.notices).toEqual([]);
  });

  test('each goes on at its share, says so once, and comes back by itself', async () => {
    const { user, server } = await budget();
    const [one, other] = [await user('one', 100), await user('other', 100)];
    await starts(one, 20);
    await starts(other, 20);
    await starts(one, 20);
    await server.kill();
    const times = await starts(one, 120);
    const perSecond = (119 * 1000) / (times.at(-1)! - times[0]!);
    expect(perSecond).toBeGreaterThan(40);
    expect(perSecond).toBeLessThan(70);
    expect(one.notices).toEqual([{ budget: 'redis://test', reached: false, requestsPerSecond: 50 }]);
    await server.start();
    await expect
      .poll(async () => {
        await one.pass(1000);
        await start(one);
        return one.notices.length;
      }, PATIENCE)
      .toBe(2);
    expect(one.notices[1]).toEqual({ budget: 'redis://test', reached: true });
    expect(one.limiter.requestsPerSecond).toBe(100);
  });

  test('a refusal while it is away slows down this process', async () => {
    const { user, server } = await budget();
    const one = await user('one', 100);
    await starts(one, 20);
    await server.kill();
    await starts(one, 40, 25);
    const slowdown = await one.limiter.throttled(one.now(), 2000);
    expect(slowdown).toMatchObject({ pauseMs: 2000 });
    expect(one.limiter.pausedFor).toBe(2000);
    expect(one.limiter.requestsPerSecond).toBeLessThan(60);
  });
});
