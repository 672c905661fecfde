import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { BatchService, CannotServe } from '../../../src/cluster/queue/bull/batch-service.ts';
import { openBatchQueue, openQueueServer } from '../../../src/cluster/queue/bull/open-queue.ts';
import { listWorkers } from '../../../src/cluster/queue/bull/worker-list.ts';
import type { Batch, BatchAnswer } from '../../../src/cluster/queue/wire/batch.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { queueWorld } from '../../support/cluster/queue-world.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

afterEach(() => void vi.restoreAllMocks());

const BATCH: Batch = {
  id: 'run-1-0',
  pair: 'pair',
  run: 'run',
  from: '/data',
  to: 'stage://d/in/',
  followSymlinks: false,
  service: 'memory',
  archived: 'report',
  items: [],
};

/** A queue with one batch, and workers for it. */
async function oneBatch({ again = false } = {}) {
  const redis = await startRedis();
  const form = { from: '--queue', variable: 'STAGESYNC_QUEUE_URL', mayHavePassword: true };
  const open = () =>
    openQueueServer({
      url: parseRedisUrl(redis.url, form),
      from: '--queue',
      folder: '/',
      clientName: 'test',
    });
  const queue = openBatchQueue(await open(), { deployment: 'd', pair: 'pair', root: 'in/' });
  const server = await open();
  const told = (name: string) => ({ name, lanes: 1, transfers: 0, batches: 0 });
  await queue.claim('run');
  await queue.ship(BATCH, { again });
  return {
    queue,
    /** Another one that is there. */
    note: (name: string) => listWorkers(server.client, 'd', told(name)),
    worker: (name: string, carryOut: () => Promise<BatchAnswer>) =>
      new BatchService({
        server,
        deployment: 'd',
        name,
        clock: systemClock,
        room: () => Promise.resolve(),
        coming: () => () => undefined,
        carryOut,
      }),
    close: async () => {
      await queue.close();
      await server.close();
    },
  };
}

const refusing = () => Promise.reject(new CannotServe('it has no such mount'));

describe.runIf(HAS_REDIS)('a batch that a worker cannot serve', () => {
  test('is given to another one, although the clock of the first is an hour ahead', async () => {
    const { queue, note, worker, close } = await oneBatch();
    await note('able');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now + 3_600_000);
    const refusals = vi.fn<() => Promise<BatchAnswer>>(refusing);
    const unable = worker('unable', refusals);
    await vi.waitFor(() => expect(refusals).toHaveBeenCalled(), { timeout: 10_000 });
    await unable.drain();
    await unable.close();
    vi.mocked(Date.now).mockReturnValue(now);
    const able = worker('able', () =>
      Promise.resolve({ batch: BATCH.id, run: 'run', worker: 'able', redelivered: false, outcomes: [] }),
    );
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), { timeout: 40_000 });
    expect(await queue.answers()).toMatchObject([{ worker: 'able' }]);
    await able.close();
    await close();
  });

  test('counts as begun where an earlier delivery may have begun it', async () => {
    const { queue, worker, close } = await oneBatch({ again: true });
    const unable = worker('unable', refusing);
    await vi.waitFor(async () => expect(await queue.answers()).toHaveLength(1), { timeout: 10_000 });
    const [answer] = await queue.answers();
    expect(answer).toMatchObject({ redelivered: true, refused: { code: 'config' } });
    await unable.close();
    await close();
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
