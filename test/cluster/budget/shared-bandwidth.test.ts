import { describe, expect, test } from 'vitest';
import { testBandwidth, until, type BandwidthTrial } from '../../contract/cluster/bandwidth.ts';
import { openBudget, type BudgetTrial, type UserOptions } from '../../support/cluster/budget-trial.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';
import { start, starts } from '../../contract/cluster/rate-limiter.ts';

tellWithoutRedis();

/** A server starts, and is connected to again. */
const PATIENCE = { timeout: 40_000, interval: 50 };

const RATE = 160 * 1024;
const SLICE = 16 * 1024;
const { signal } = new AbortController();

async function budget() {
  const server = await startRedis();
  const { user, clocks, setBack } = await openBudget(server.url);
  const sender = async (name: string, said: UserOptions = {}): Promise<BudgetTrial & BandwidthTrial> => {
    const trial = await user(name, { bytes: RATE, ...said });
    return { ...trial, bandwidth: trial.limiter.bandwidth! };
  };
  return { sender, clocks, setBack, server };
}

/** Sends slices for so long. Resolves with how many began in that time. */
async function sent(trials: readonly BandwidthTrial[], ms: number): Promise<number[]> {
  const counts = trials.map(() => 0);
  const [first] = trials as [BandwidthTrial];
  const end = first.now() + ms;
  const send = async (at: number): Promise<void> => {
    while (first.now() < end) {
      await trials[at]!.bandwidth.take(SLICE, signal);
      if (first.now() < end) counts[at]!++;
    }
  };
  await until(first, Promise.all(trials.map((_, at) => send(at))));
  return counts;
}

const perSecond = (count: number, ms: number): number => (count * SLICE * 1000) / ms;

describe.runIf(HAS_REDIS)('the bytes of a budget on Redis are a bandwidth', () => {
  testBandwidth(async (bytes) => (await budget()).sender('one', { bytes }));
});

describe.runIf(HAS_REDIS)('processes that share the bytes of a budget', () => {
  test('keep together to the bytes that were told, each with its part', async () => {
    const { sender } = await budget();
    const counts = await sent([await sender('one'), await sender('two'), await sender('three')], 6000);
    const all = counts.reduce((sum, count) => sum + count);
    expect(perSecond(all, 6000)).toBeLessThan(RATE * 1.03);
    expect(perSecond(all, 6000)).toBeGreaterThan(RATE * 0.95);
    for (const count of counts) expect(count).toBeGreaterThan(all / 4);
  });

  test('one that is alone has all of them, also where each question takes 200 ms', async () => {
    const { sender } = await budget();
    const far = await sender('far', { questionMs: 200 });
    await sent([far], 1000);
    expect(perSecond((await sent([far], 4000))[0]!, 4000)).toBeGreaterThan(RATE * 0.95);
  });

  test('one that dies with what it leased holds up the others by one lease', async () => {
    const { sender } = await budget();
    const [dead, other] = [await sender('dead'), await sender('other')];
    await until(dead, dead.bandwidth.take(SLICE, signal));
    const from = other.now();
    await until(other, other.bandwidth.take(SLICE, signal));
    expect(other.now() - from).toBeLessThanOrEqual(200);
  });

  test('each goes on at its share while the budget is away, and it is said once for turns and bytes', async () => {
    const { sender, server } = await budget();
    const [one, other] = [await sender('one', { rate: 100 }), await sender('other', { rate: 100 })];
    await starts(one, 20);
    await starts(other, 20);
    await starts(one, 20);
    await sent([one, other], 1000);
    await server.kill();
    const [count = 0] = await sent([one], 4000);
    expect(perSecond(count, 4000)).toBeLessThan(RATE * 0.6);
    expect(perSecond(count, 4000)).toBeGreaterThan(RATE * 0.45);
    await start(one);
    const away = { budget: 'redis://test', reached: false };
    expect(one.notices).toEqual([{ ...away, requestsPerSecond: 50, bytesPerSecond: RATE / 2 }]);
    await server.start();
    await expect
      .poll(async () => {
        await one.pass(1000);
        await until(one, one.bandwidth.take(SLICE, signal));
        return one.notices.length;
      }, PATIENCE)
      .toBe(2);
    await sent([one], 1000);
    expect(perSecond((await sent([one], 2000))[0]!, 2000)).toBeGreaterThan(RATE * 0.9);
  });

  test('refusals of requests lower no bytes', async () => {
    const { sender } = await budget();
    const one = await sender('one');
    await sent([one], 1000);
    await one.limiter.throttled(one.now(), 2000);
    expect(perSecond((await sent([one], 2000))[0]!, 2000)).toBeGreaterThan(RATE * 0.9);
  });

  test('a server that forgets everything holds up no transfer', async () => {
    const { sender, clocks } = await budget();
    const one = await sender('one');
    await sent([one], 1000);
    const now = await clocks.get('now');
    await clocks.flushall();
    await clocks.set('now', now!);
    expect(perSecond((await sent([one], 2000))[0]!, 2000)).toBeGreaterThan(RATE * 0.9);
  });

  test('a clock of the server that is set back holds up no transfer', async () => {
    const { sender, setBack } = await budget();
    const one = await sender('one');
    await sent([one], 500);
    await setBack(900_000);
    const from = one.now();
    await until(one, one.bandwidth.take(SLICE * 4, signal));
    expect(one.now() - from).toBeLessThan(2000);
  });
});
