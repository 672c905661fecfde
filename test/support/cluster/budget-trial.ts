import { onTestFinished } from 'vitest';
import { RedisBudgetStore, type BudgetStore } from '../../../src/cluster/budget/budget-store.ts';
import { SharedRateLimiter } from '../../../src/cluster/budget/shared-rate-limiter.ts';
import { openRedis } from '../../../src/cluster/redis/open-redis.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import type { BudgetNotice } from '../../../src/model/pace.ts';
import type { LimiterTrial } from '../../contract/cluster/rate-limiter.ts';
import { createManualClock, type ManualClock } from '../engine/manual-clock.ts';

/** The time of a server, as a test sets it. */
const TIME = `local now = tonumber(redis.call('GET', 'now'))`;

export interface BudgetTrial extends LimiterTrial {
  readonly limiter: SharedRateLimiter;
  readonly clock: ManualClock;
  readonly notices: BudgetNotice[];
  /** The pauses that others caused, in milliseconds. */
  readonly pauses: (number | undefined)[];
}

/** A budget on a server, in time that passes for all its users only when a test says so. */
export async function openBudget(url: string) {
  const address = parseRedisUrl(url, { from: 'test', variable: 'test', mayHavePassword: true });
  const clock = createManualClock();
  const asked = new Set<Promise<unknown>>();
  const settle = async (): Promise<void> => {
    while (asked.size > 0) await Promise.allSettled(asked);
    // an answer and what follows from it
    await Promise.resolve();
  };
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    asked.add(work);
    const forget = (): void => void asked.delete(work);
    work.then(forget, forget);
    return work;
  };
  const clocks = await openRedis(address, { from: 'test', folder: '/', keepsKeys: false });
  onTestFinished(() => clocks.close());
  const setTime = async (): Promise<void> => {
    if (clocks.isUp) await clocks.client.set('now', String(1_000_000 + clock.elapsed()));
  };
  await setTime();

  /** A process that shares the budget. */
  async function user(name: string, toldRate?: number): Promise<BudgetTrial> {
    const redis = await openRedis(address, { from: 'test', folder: '/', keepsKeys: false });
    onTestFinished(() => redis.close());
    await redis.client.subscribe('budget');
    const inner = new RedisBudgetStore(redis.client, 'budget', TIME);
    const store: BudgetStore = {
      take: (options) => tracked(inner.take(options)),
      refused: (options) => tracked(inner.refused(options)),
      shortenPause: (ms) => tracked(inner.shortenPause(ms)),
      onPause: (listener) => inner.onPause(listener),
    };
    const limiter = new SharedRateLimiter({
      store,
      clock,
      user: name,
      budget: 'redis://test',
      name: 'test',
      toldRate,
    });
    const notices: BudgetNotice[] = [];
    const pauses: (number | undefined)[] = [];
    limiter.listen({
      onChange: () => undefined,
      onPause: (refusal) => pauses.push(refusal.retryAfterMs),
      onNotice: (notice) => notices.push(notice),
    });
    const pass = async (ms: number): Promise<void> => {
      await clock.pass(ms);
      await setTime();
    };
    return { limiter, clock, now: () => clock.elapsed(), pass, settle, notices, pauses };
  }
  return { user, clocks: clocks.client };
}
