import { expect, test } from 'vitest';
import type { RateLimiter } from '../../../src/remote/gate/rate-limiter.ts';

/** A limiter in time that passes only when a test says so. */
export interface LimiterTrial {
  readonly limiter: RateLimiter;
  readonly now: () => number;
  pass(ms: number): Promise<void>;
  /** Resolves when nothing that the limiter asked is open. */
  settle(): Promise<void>;
}

/** One request that wants to start: waits for its turn. Resolves with the time of its start. */
export async function start(trial: LimiterTrial): Promise<number> {
  const { limiter } = trial;
  let held = false;
  for (;;) {
    limiter.expect?.(1);
    await trial.settle();
    const { wait } = limiter;
    if (wait === undefined) break;
    held = true;
    await trial.pass(wait);
  }
  limiter.take({ held });
  limiter.started(trial.now());
  await trial.settle();
  return trial.now();
}

/** So many requests, `everyMs` apart where they may. Resolves with the times of their starts. */
export async function starts(
  trial: LimiterTrial,
  count: number,
  everyMs = 0,
  { work = true }: { readonly work?: boolean } = {},
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    times.push(await start(trial));
    if (work) trial.limiter.succeeded();
    if (everyMs > 0) await trial.pass(everyMs);
  }
  return times;
}

/** The promises of RateLimiter that every implementation keeps. */
export function testRateLimiter(open: () => Promise<LimiterTrial>): void {
  test('requests start as they come until one is refused', async () => {
    const trial = await open();
    const first = trial.now();
    expect(await starts(trial, 50)).toEqual(Array.from({ length: 50 }, () => first));
    expect(trial.limiter.requestsPerSecond).toBe(undefined);
    expect(trial.limiter.pausedFor).toBe(0);
  });

  test('a refusal holds every request for as long as it asks', async () => {
    const trial = await open();
    await starts(trial, 40, 25);
    const refusedAt = trial.now();
    const slowdown = trial.limiter.throttled(refusedAt, 3000);
    expect(trial.limiter.pausedFor).toBe(3000);
    expect(await slowdown).toMatchObject({ pauseMs: 3000 });
    await trial.settle();
    expect(trial.limiter.pausedFor).toBeCloseTo(3000, 3);
    expect(await start(trial)).toBeGreaterThanOrEqual(refusedAt + 3000);
  });

  test('after a refusal requests start about as fast as they were let through', async () => {
    const trial = await open();
    await starts(trial, 80, 25);
    const slowdown = await trial.limiter.throttled(trial.now(), 500);
    expect(slowdown!.requestsPerSecond).toBeGreaterThan(25);
    expect(slowdown!.requestsPerSecond).toBeLessThan(45);
    expect(trial.limiter.requestsPerSecond).toBe(slowdown!.requestsPerSecond);
    const times = await starts(trial, 60);
    const perSecond = (59 * 1000) / (times.at(-1)! - times[0]!);
    expect(perSecond).toBeGreaterThan(25);
    expect(perSecond).toBeLessThan(60);
  });

  test('a refusal of a request that started before the slowdown is no other slowdown', async () => {
    const trial = await open();
    await starts(trial, 40, 25);
    const startedAt = trial.now();
    await trial.pass(100);
    expect(await trial.limiter.throttled(startedAt, 500)).toBeDefined();
    const before = trial.limiter.requestsPerSecond!;
    expect(await trial.limiter.throttled(startedAt - 30, 500)).toBe(undefined);
    // it shows that less was let through than it seemed
    expect(trial.limiter.requestsPerSecond).toBeLessThanOrEqual(before);
  });

  test('pauses grow while nothing works, and are short again after a success', async () => {
    const trial = await open();
    await starts(trial, 40, 25, { work: false });
    const pauses: (number | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await start(trial);
      await trial.pass(10);
      pauses.push((await trial.limiter.throttled(trial.now() - 5, undefined))?.pauseMs);
      await trial.settle();
    }
    expect(pauses).toEqual([500, 1000, 2000]);
    await starts(trial, 4);
    await trial.pass(10);
    expect((await trial.limiter.throttled(trial.now() - 5, undefined))?.pauseMs).toBe(500);
  });

  test('a limit of one process holds from the next request on', async () => {
    const trial = await open();
    trial.limiter.most = 10;
    const times = await starts(trial, 11);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(990);
    trial.limiter.most = undefined;
    await start(trial);
    const at = trial.now();
    expect(await starts(trial, 20)).toEqual(Array.from({ length: 20 }, () => at));
  });

  test('no burst is larger than the spread says', async () => {
    const trial = await open();
    trial.limiter.spread = { atOnce: 4, perSecond: 100 };
    const times = await starts(trial, 24);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(190);
  });

  test('a pause for which nobody waits can end sooner', async () => {
    const trial = await open();
    await starts(trial, 40, 25);
    const refusedAt = trial.now();
    await trial.limiter.throttled(refusedAt, 60_000);
    await trial.pass(100);
    trial.limiter.shortenPause(2000);
    await trial.settle();
    expect(trial.limiter.pausedFor).toBeCloseTo(1900, 3);
    expect(await start(trial)).toBeLessThan(refusedAt + 10_000);
  });
}
