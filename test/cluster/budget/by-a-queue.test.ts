import { describe, expect, test } from 'vitest';
import { queueWorld, type QueueWorld } from '../../support/cluster/queue-world.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

const FILES = 250;
/** Three processes start, on a machine that may be busy. */
const TIMEOUT_MS = 150_000;
const BYTES = 1_000_000;

/** A queue whose address says this of the pace. */
async function pacedWorld(parameters: string, files: number): Promise<QueueWorld> {
  const redis = await startRedis();
  return queueWorld({ ...redis, url: `${redis.url}?${parameters}` }, { files });
}

describe.runIf(HAS_REDIS)('a sync and the workers of its queue', { timeout: TIMEOUT_MS }, () => {
  test('keep to the rate that the address of the queue tells, all together, and nothing is refused', async () => {
    const world = await pacedWorld('rate=90', FILES);
    // each of the workers alone would send a hundred a second
    world.emulator.faults.set({ latency: { PUT: 150 }, rateLimit: { perSecond: 100 } });
    await Promise.all([world.worker(), world.worker()]);
    const { status, report, stderr } = await world.sync().ended;
    expect(status, stderr).toBe(0);
    expect(report.uploaded).toBe(FILES);
    expect(world.emulator.counters.read().byStatus['429'] ?? 0).toBe(0);
    world.emulator.faults.set({});
    await world.inStep();
  });

  test('take no more bytes a second than it tells', async () => {
    const world = await pacedWorld('bytes=500kB', 0);
    for (const name of ['a', 'b']) world.write(`${name}.bin`, name.repeat(BYTES));
    await Promise.all([world.worker(), world.worker()]);
    const startedAt = performance.now();
    const { status, report, stderr } = await world.sync().ended;
    expect(status, stderr).toBe(0);
    expect(report.uploaded).toBe(2);
    // less the last slices of both
    expect(performance.now() - startedAt).toBeGreaterThan(((2 * BYTES) / 500_000) * 1000 - 150);
    await world.inStep();
  });
});
