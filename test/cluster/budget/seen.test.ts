import { describe, expect, onTestFinished, test } from 'vitest';
import { parseBudget } from '../../../src/cluster/budget/budget-address.ts';
import { lookAtBudgets } from '../../../src/cluster/budget/look-at-budgets.ts';
import { openBudgets } from '../../../src/cluster/budget/open-budget.ts';
import { openRedis } from '../../../src/cluster/redis/open-redis.ts';
import { Gates } from '../../../src/remote/gate/gates.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

const addressOf = (url: string) => parseBudget({ url, from: 'test', isPublic: false });
const look = (url: string) => lookAtBudgets({ address: addressOf(url), from: 'test', folder: '/' });

/** A process that shares the budget of a deployment. */
async function share(url: string, of: string) {
  const budgets = await openBudgets({
    address: addressOf(url),
    from: 'test',
    folder: '/',
    clock: systemClock,
  });
  onTestFinished(() => budgets[Symbol.asyncDispose]());
  const limiter = await budgets.limiterOf({ of, account: 'one' });
  return { budgets, limiter };
}

describe.runIf(HAS_REDIS)('a look at the budgets of a server', () => {
  test('tells of those that a process has open, and of no others', async () => {
    const { url } = await startRedis();
    expect(await look(url)).toEqual({ budget: url, budgets: [] });
    const { budgets, limiter } = await share(`${url}?rate=195`, 'https://api/1');
    limiter.expect?.(1);
    await expect
      .poll(async () => (await look(url)).budgets)
      .toEqual([
        { budget: url, name: 'https://api/1', reached: true, perSecond: 195, users: 1, pausedMs: 0 },
      ]);
    await limiter.throttled(systemClock.elapsed(), 60_000);
    const [paused] = (await look(url)).budgets;
    expect(paused!.pausedMs).toBeGreaterThan(50_000);
    await budgets[Symbol.asyncDispose]();
    expect((await look(url)).budgets).toEqual([]);
    // one that is named is told all the same
    expect((await look(`${url}?name=https://api/1`)).budgets).toMatchObject([{ name: 'https://api/1' }]);
  });

  test('changes nothing of a budget', async () => {
    const { url } = await startRedis();
    const { limiter } = await share(url, 'https://api/1');
    limiter.expect?.(1);
    await expect.poll(async () => (await look(url)).budgets[0]?.users).toBe(1);
    await limiter.throttled(systemClock.elapsed(), 100);
    const parsed = addressOf(url).redis;
    await using redis = await openRedis(parsed, { from: 'test', folder: '/', keepsKeys: false });
    const kept = async () =>
      Promise.all([
        redis.client.hgetall('stagesync:budget:{https://api/1}'),
        redis.client.zrange('stagesync:budget:{https://api/1}:users', '0', '-1', 'WITHSCORES'),
      ]);
    const before = await kept();
    for (let i = 0; i < 5; i++) await look(url);
    expect(await kept()).toEqual(before);
  });

  test('agrees with what a process that shares it knows, until that closes it', async () => {
    const { url } = await startRedis();
    const { budgets, limiter } = await share(`${url}?rate=50`, 'https://api/1');
    const gates = new Gates(systemClock);
    const gate = gates.of('https://api', 'one', limiter);
    limiter.expect?.(1);
    await expect.poll(() => gates.budgets[0]?.now?.users).toBe(1);
    expect({ ...gates.budgets[0]!.now, budget: url }).toEqual((await look(url)).budgets[0]);
    await budgets[Symbol.asyncDispose]();
    expect(gates.budgets[0]!.now).toBe(undefined);
    expect(gate.pacer).toBe(limiter);
  });
});
