import { onTestFinished } from 'vitest';
import { RedisByteStore, type ByteStore } from '../../../src/cluster/budget/byte-store.ts';
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

/** What a user of a budget says, and how far its server is. */
export interface UserOptions {
  /** Requests a second of all. */
  readonly rate?: number | undefined;
  /** Bytes a second of all. */
  readonly bytes?: number | undefined;
  /** What a question takes, in milliseconds. */
  readonly questionMs?: number | undefined;
  /** How far the clock of its machine is ahead of that of the others, in milliseconds. */
  readonly aheadMs?: number | undefined;
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
  let serverStart = 1_000_000;
  const setTime = async (): Promise<void> => {
    // a server that was killed does not say so at once
    if (clocks.isUp)
      await clocks.client.set('now', String(serverStart + clock.elapsed())).catch(() => undefined);
  };
  await setTime();
  /** Somebody sets the clock of the server back. */
  const setBack = async (ms: number): Promise<void> => {
    serverStart -= ms;
    await setTime();
  };

  /** A process that shares the budget. */
  async function user(name: string, said: number | UserOptions = {}): Promise<BudgetTrial> {
    const { rate, bytes, questionMs = 0, aheadMs = 0 } = typeof said === 'number' ? { rate: said } : said;
    const { signal } = new AbortController();
    const far = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (questionMs === 0) return tracked(ask());
      await clock.sleep(questionMs / 2, signal);
      const answer = await tracked(ask());
      await clock.sleep(questionMs / 2, signal);
      return answer;
    };
    const redis = await openRedis(address, { from: 'test', folder: '/', keepsKeys: false });
    onTestFinished(() => redis.close());
    await redis.client.subscribe('budget');
    const inner = new RedisBudgetStore(redis.client, 'budget', TIME);
    const store: BudgetStore = {
      take: (options) => far(() => inner.take(options)),
      refused: (options) => far(() => inner.refused(options)),
      shortenPause: (ms) => far(() => inner.shortenPause(ms)),
      give: (options) => far(() => inner.give(options)),
      onPause: (listener) => inner.onPause(listener),
    };
    const ofBytes = new RedisByteStore(redis.client, 'budget', TIME);
    const byteStore: ByteStore = { lease: (options) => far(() => ofBytes.lease(options)) };
    const ownClock: ManualClock = {
      ...clock,
      now: () => clock.now() + aheadMs,
      elapsed: () => clock.elapsed() + aheadMs,
    };
    const limiter = new SharedRateLimiter({
      store,
      clock: ownClock,
      user: name,
      budget: 'redis://test',
      name: 'test',
      toldRate: rate,
      ...(bytes !== undefined && { bytes: { store: byteStore, perSecond: bytes } }),
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
  return { user, clocks: clocks.client, setBack };
}
