import { describe, expect, test } from 'vitest';
import { Pacer } from '../../../src/remote/gate/pacer.ts';
import { start, starts } from '../../contract/cluster/rate-limiter.ts';
import { openBudget, type BudgetTrial } from '../../support/cluster/budget-trial.ts';
import { allowance, mostInASecond, simulate, type Answer } from '../../support/cluster/simulated-users.ts';
import { createManualClock } from '../../support/engine/manual-clock.ts';
import { dice } from '../../support/gate/stage-models.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** A pause is heard of, on a machine that may be busy. */
const PATIENCE = { timeout: 40_000, interval: 20 };

async function budget() {
  const server = await startRedis();
  return { ...(await openBudget(server.url)), server };
}

const NAMES = ['one', 'two', 'three'];
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** One process with a pace of its own. */
function alone() {
  const clock = createManualClock();
  const pass = (ms: number): Promise<void> => clock.pass(ms);
  return { limiter: new Pacer(clock), now: () => clock.elapsed(), pass, settle: () => Promise.resolve() };
}

/** One request in two is refused, however slowly they come. */
function storm(): Answer {
  const random = dice(7);
  return () => (random() < 0.5 ? { retryAfterMs: undefined } : 'passes');
}

describe.runIf(HAS_REDIS)('a budget whose Stage', () => {
  test('refuses one request in two goes on, no slower than one process alone', async () => {
    const { user } = await budget();
    const users = await Promise.all(NAMES.map((name) => user(name)));
    const shared = await simulate(users, { seconds: 30, answer: storm() });
    const single = await simulate([alone()], { seconds: 30, answer: storm() });
    expect(sum(shared.passed)).toBeGreaterThan(0.6 * sum(single.passed));
    for (const passed of shared.passed) expect(passed).toBeGreaterThan(0);
  });

  test('lets through a third of what was told learns that, and few are refused', async () => {
    const { user } = await budget();
    const users = await Promise.all(NAMES.map((name) => user(name, 300)));
    const { starts: all, refused, passed } = await simulate(users, { seconds: 40, answer: allowance(100) });
    expect(sum(passed)).toBeGreaterThan(0.85 * 100 * 40);
    expect(refused / all.length).toBeLessThan(0.04);
    expect(users[0]!.limiter.requestsPerSecond).toBeLessThan(130);
  });

  test('would let through ten times what was told is not asked for more than was told', async () => {
    const { user } = await budget();
    const users = await Promise.all(NAMES.map((name) => user(name, 20)));
    const { starts: all, refused } = await simulate(users, { seconds: 10, answer: allowance(200) });
    expect(refused).toBe(0);
    expect(all.length).toBeGreaterThan(190);
    expect(mostInASecond(all)).toBeLessThanOrEqual(21);
  });
});

describe.runIf(HAS_REDIS)('a rate that was told', () => {
  test('makes up for nothing after a time without use', async () => {
    const { user } = await budget();
    const one = await user('one', 100);
    await starts(one, 20);
    await one.pass(60_000);
    const times = await starts(one, 101);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(990);
  });
});

describe.runIf(HAS_REDIS)('a pause that each of many refusals makes longer', () => {
  test('takes no turns with it: requests start as soon as it is over', async () => {
    const { user } = await budget();
    const users = [await user('one', 100), await user('other', 100)] as const;
    const [one, other] = users;
    await starts(one, 20);
    await starts(other, 20);
    // all of them had started before the first refusal was heard
    const startedAt = one.now();
    for (let refusals = 0; refusals < 10; refusals++) {
      await one.limiter.throttled(startedAt, 1000);
      // both ask for turns after the pause, which the next refusal makes void
      for (const { limiter } of users) limiter.expect(16);
      for (const each of users) await each.settle();
      await one.pass(10);
    }
    const left = 1000 - 10;
    const first = Math.min(...users.map(({ limiter }) => limiter.wait ?? 0));
    expect(first).toBeGreaterThanOrEqual(left - 1);
    expect(first).toBeLessThanOrEqual(left + 50);
  });
});

describe.runIf(HAS_REDIS)('of users of a budget', () => {
  test('one that dies takes no more than 24 turns with it', async () => {
    const { user } = await budget();
    const [dead, other] = [await user('dead', 100), await user('other', 100)];
    await starts(dead, 30);
    dead.limiter.expect(16);
    await dead.settle();
    const [first, ...more] = await starts(other, 101);
    expect(more.at(-1)! - first!).toBeLessThanOrEqual(1000 + 5);
    expect(first! - dead.now()).toBeLessThanOrEqual(240);
  });

  test('one that wants its turns no more gives them back, and others start in their place', async () => {
    const { user } = await budget();
    const [idle, busy] = [await user('idle', 50), await user('busy', 50)];
    await starts(busy, 10);
    const from = busy.now();
    idle.limiter.expect(16);
    await idle.settle();
    idle.limiter.expect(0);
    await idle.pass(20);
    await idle.settle();
    const times = await starts(busy, 51);
    // the turns that it had would have put this off by a tenth of a second
    expect(times.at(-1)! - from).toBeLessThanOrEqual(1000 + 60);
  });

  test('one whose machine is an hour ahead keeps the pace with the others, and hears of their pauses', async () => {
    const { user } = await budget();
    const users = [await user('here', 100), await user('ahead', { rate: 100, aheadMs: 3_600_000 })];
    const { passed } = await simulate(users, { seconds: 4, answer: () => 'passes' });
    expect(sum(passed)).toBeLessThanOrEqual(100 * 4 + 5);
    for (const each of passed) expect(each).toBeGreaterThan(100);
    const [here, ahead] = users as [BudgetTrial, BudgetTrial];
    await here.limiter.throttled(here.now(), 4000);
    await expect.poll(() => ahead.limiter.pausedFor, PATIENCE).toBeCloseTo(4000, 3);
  });

  test('three, and all that is known of them, take less than ten kilobytes of the server', async () => {
    const { user, clocks } = await budget();
    const users = await Promise.all(NAMES.map((name) => user(name, { bytes: 1_000_000 })));
    await simulate(users, { seconds: 10, answer: allowance(100) });
    for (const each of users) {
      void each.limiter.bandwidth!.take(1000, new AbortController().signal);
      await each.settle();
    }
    let bytes = 0;
    for (const key of await clocks.keys('budget*')) bytes += Number(await clocks.memory('USAGE', key));
    expect(bytes).toBeGreaterThan(100);
    expect(bytes).toBeLessThan(10_000);
  });

  test('one that stood still sends no burst of what it had taken', async () => {
    const { user } = await budget();
    const one = await user('one', 100);
    await starts(one, 20);
    one.limiter.expect(16);
    await one.settle();
    await one.pass(60_000);
    const times = await starts(one, 51);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(490);
  });

  test('each keeps to the rate that it was told, where others were told another', async () => {
    const { user } = await budget();
    const users = [await user('slow', 20), await user('fast', 100)];
    const { passed } = await simulate(users, { seconds: 5, answer: () => 'passes' });
    expect(passed[0]).toBeLessThanOrEqual(20 * 5 + 5);
    expect(passed[0]).toBeGreaterThan(20);
    expect(sum(passed)).toBeLessThanOrEqual(100 * 5 + 5);
  });

  test('one that leaves counts no more', async () => {
    const { user, server } = await budget();
    const [gone, other] = [await user('gone', 100), await user('other', 100)];
    await starts(gone, 5);
    await starts(other, 5);
    await gone.limiter.close();
    await starts(other, 40);
    await server.kill();
    await starts(other, 40);
    expect(other.notices).toEqual([{ budget: 'redis://test', reached: false, requestsPerSecond: 100 }]);
  });

  test('one for which each question takes 200 ms has the whole rate', async () => {
    const { user } = await budget();
    const far = await user('far', { rate: 100, questionMs: 200 });
    await simulate([far], { seconds: 2, answer: () => 'passes' });
    const { starts: all } = await simulate([far], { seconds: 5, answer: () => 'passes' });
    expect(all.length).toBeGreaterThan(0.9 * 500);
  });

  test('those with two names are two budgets: neither hears of the pauses of the other', async () => {
    const [mine, theirs] = [await budget(), await budget()];
    const [one, other] = [await mine.user('one', 100), await theirs.user('one', 100)];
    await starts(one, 30);
    await starts(other, 30);
    await one.limiter.throttled(one.now(), 4000);
    await one.settle();
    expect(other.limiter.pausedFor).toBe(0);
    await start(other);
    expect(other.pauses).toEqual([]);
  });
});
