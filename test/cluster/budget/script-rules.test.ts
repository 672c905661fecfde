import { describe, expect, test } from 'vitest';
import { RedisBudgetStore } from '../../../src/cluster/budget/budget-store.ts';
import { openRedis } from '../../../src/cluster/redis/open-redis.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { Pacer } from '../../../src/remote/gate/pacer.ts';
import { dice } from '../../support/gate/stage-models.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** The script takes the time of the test in place of the server's. */
const TIME = `local now = tonumber(redis.call('GET', 'now'))`;
/** The script counts starts before the first refusal by tenths of a second, and turns that are not due by the rate. */
const TOLERANCE = 0.2;

describe.runIf(HAS_REDIS)('the script of a budget', () => {
  test('judges refusals as the pacer of one process does', async () => {
    const { url } = await startRedis();
    const form = { from: 'test', variable: 'test', mayHavePassword: true };
    await using redis = await openRedis(parseRedisUrl(url, form), {
      from: 'test',
      folder: '/',
      keepsKeys: false,
    });
    const { client } = redis;
    for (let seed = 1; seed <= 12; seed++) {
      await client.flushall();
      const store = new RedisBudgetStore(client, 'budget', TIME);
      const random = dice(seed);
      const perSecond = 5 + random() * 300;
      const retryAfterMs = random() < 0.5 ? 1000 : undefined;
      const bucket = { tokens: perSecond, filledAt: 0, most: perSecond * (0.2 + random()) };
      let now = 1_000_000;
      const elapsed = (): number => now;
      const pacer = new Pacer({ now: elapsed, elapsed, random, sleep: () => Promise.reject(new Error()) });
      const limits = { toldRate: undefined, knownRate: undefined };
      let slowdowns = 0;
      for (let i = 0; i < 600; i++) {
        const { wait } = pacer;
        now += wait ?? 0;
        const held = wait !== undefined;
        await client.set('now', String(now));
        pacer.take({ held });
        pacer.started(now);
        pacer.succeeded();
        await store.take({ user: 'one', turns: 1, held, worked: true, ...limits });
        const filled = bucket.tokens + ((now - bucket.filledAt) / 1000) * perSecond;
        Object.assign(bucket, { tokens: Math.min(bucket.most, filled) - 1, filledAt: now });
        if (bucket.tokens < 0) {
          bucket.tokens += 1;
          const startedAt = now;
          now += 20;
          await client.set('now', String(now));
          const here = pacer.throttled(startedAt, retryAfterMs, 100);
          const there = await store.refused({ startedAt, retryAfterMs, answerMs: 100, knownRate: undefined });
          expect(there.isNew, `seed ${seed}, request ${i}`).toBe(here !== undefined);
          const ratio = there.rate / pacer.requestsPerSecond!;
          expect(Math.abs(ratio - 1), `seed ${seed}, request ${i}`).toBeLessThan(TOLERANCE);
          if (here !== undefined) slowdowns++;
        }
        now += random() * 3;
      }
      expect(slowdowns, `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  test('takes no more turns than a tenth of a second of the rate', async () => {
    const { url } = await startRedis();
    const form = { from: 'test', variable: 'test', mayHavePassword: true };
    await using redis = await openRedis(parseRedisUrl(url, form), {
      from: 'test',
      folder: '/',
      keepsKeys: false,
    });
    const store = new RedisBudgetStore(redis.client, 'budget');
    const take = (toldRate: number | undefined) =>
      store.take({ user: 'one', turns: 16, held: true, worked: false, toldRate, knownRate: undefined });
    expect((await take(undefined)).due).toHaveLength(16);
    expect((await take(195)).due).toHaveLength(16);
    expect((await take(50)).due).toHaveLength(5);
    const { due } = await take(2);
    expect(due).toHaveLength(1);
    const [next = 0] = (await take(2)).due;
    expect(next - due[0]!).toBeCloseTo(500, 3);
  });
});
