import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { BatchService, type BatchServiceOptions } from '../../../src/cluster/queue/bull/batch-service.ts';
import { openBatchQueue, openQueueServer } from '../../../src/cluster/queue/bull/open-queue.ts';
import { listWorkers } from '../../../src/cluster/queue/bull/worker-list.ts';
import type { Batch, BatchAnswer } from '../../../src/cluster/queue/wire/batch.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { startRedis, type RedisServerOptions } from '../redis.ts';

export const BATCH: Batch = {
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

export const answerOf = (worker: string): BatchAnswer => ({
  batch: BATCH.id,
  run: 'run',
  worker,
  redelivered: false,
  outcomes: [],
});

/** A Redis with a queue, and workers for it, in this process. All of it ends with the test. */
export async function queueOfOne(settings: RedisServerOptions = {}) {
  const redis = await startRedis(settings);
  const form = { from: '--queue', variable: 'STAGESYNC_QUEUE_URL', mayHavePassword: true };
  const open = () =>
    openQueueServer({
      url: parseRedisUrl(redis.url, form),
      from: '--queue',
      folder: '/',
      clientName: 'test',
    });
  const queue = openBatchQueue(await open(), { deployment: 'd', pair: 'pair', root: 'in/' });
  onTestFinished(() => queue.close());
  const server = await open();
  onTestFinished(() => server.close());
  const told = (name: string) => ({ name, lanes: 1, transfers: 0, batches: 0 });
  return {
    redis,
    queue,
    server,
    /** For what only somebody else would do. */
    client: (): Redis => {
      const client = new Redis(redis.url);
      onTestFinished(() => client.disconnect());
      return client;
    },
    /** Another one that is there. */
    note: (name: string) => listWorkers(server.client, 'd', told(name)),
    worker: (
      name: string,
      carryOut: BatchServiceOptions['carryOut'],
      more: Partial<BatchServiceOptions> = {},
    ): BatchService => {
      const service = new BatchService({
        server,
        deployment: 'd',
        name,
        clock: systemClock,
        room: () => Promise.resolve(),
        coming: () => () => undefined,
        carryOut,
        ...more,
      });
      onTestFinished(() => service.close());
      return service;
    },
  };
}
