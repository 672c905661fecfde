import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CannotServe } from '../../../src/cluster/queue/bull/refusal.ts';
import type { BatchAnswer } from '../../../src/cluster/queue/wire/batch.ts';
import { answerOf, BATCH, queueOfOne } from '../../support/cluster/one-batch.ts';
import { queueWorld } from '../../support/cluster/queue-world.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

afterEach(() => void vi.restoreAllMocks());

/** A queue with one batch. */
async function oneBatch({ again = false } = {}) {
  const world = await queueOfOne();
  await world.queue.claim('run');
  await world.queue.ship(BATCH, { again });
  return world;
}

const refusing = () => Promise.reject(new CannotServe('it has no such mount'));

describe.runIf(HAS_REDIS)('a batch that a worker cannot serve', () => {
  test('is given to another one, although the clock of the first is an hour ahead', async () => {
    const { queue, note, worker } = await oneBatch();
    await note('able');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 3_600_000);
    const refusals = vi.fn<() => Promise<BatchAnswer>>(refusing);
    const unable = worker('unable', refusals);
    await vi.waitFor(() => expect(refusals).toHaveBeenCalled(), { timeout: 10_000 });
    await unable.drain();
    await unable.close();
    vi.mocked(Date.now).mockReturnValue(now);
    worker('able', () => Promise.resolve(answerOf('able')));
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), { timeout: 40_000 });
    expect(await queue.answers()).toMatchObject([{ worker: 'able' }]);
  });

  test('counts as begun where an earlier delivery may have begun it', async () => {
    const { queue, worker } = await oneBatch({ again: true });
    worker('unable', refusing);
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), { timeout: 10_000 });
    const [answer] = await queue.answers();
    expect(answer).toMatchObject({ redelivered: true, refused: { code: 'config' } });
  });
});

test.runIf(HAS_REDIS)(
  'files that change before the first worker has seen any are sent as they are',
  async () => {
    const redis = await startRedis();
    const world = await queueWorld(redis, { files: 2 });
    const sync = world.sync();
    const client = new Redis(redis.url);
    await vi.waitFor(async () => expect(await client.keys('stagesync:transfers-*:wait')).toHaveLength(1), {
      timeout: 20_000,
    });
    client.disconnect();
    for (let i = 0; i < 2; i++) world.write(`d${i}/f${i}.csv`, `file ${i}, and more of it`);
    await world.worker();
    const { status, stderr, report } = await sync.ended;
    expect(status, stderr).toBe(0);
    expect(report.uploaded).toBe(2);
    await world.inStep();
  },
);
