import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { BatchService } from '../../../src/cluster/queue/bull/batch-service.ts';
import { openBatchQueue, openQueueServer } from '../../../src/cluster/queue/bull/open-queue.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { Gate } from '../../../src/remote/gate/gate.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { queuedTransfers, workersOf } from '../../support/cluster/queued-pair.ts';
import { createTestClock } from '../../support/engine/engine.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';
import { transferExecutorContract } from '../../contract/cluster/transfer-executor.ts';

tellWithoutRedis();

describe.runIf(HAS_REDIS)('on BullMQ', () => {
  transferExecutorContract(async ({ source, destination }, { idle = false } = {}) => {
    const redis = await startRedis();
    const form = { from: '--queue', variable: 'STAGESYNC_QUEUE_URL', mayHavePassword: true };
    const options = { url: parseRedisUrl(redis.url, form), from: '--queue', folder: '/', clientName: 'test' };
    const pair = randomBytes(4).toString('hex');
    const queue = openBatchQueue(await openQueueServer(options), { deployment: 'd', pair, root: 'in/' });
    const server = await openQueueServer(options);
    const clock = createTestClock();
    const carryOut = workersOf({ ends: { source, destination, gate: new Gate(clock) }, clock, attempts: 1 });
    const service = idle
      ? undefined
      : new BatchService({
          server,
          deployment: 'd',
          name: 'worker',
          clock: systemClock,
          room: () => Promise.resolve(),
          coming: () => () => undefined,
          carryOut: (batch, held, delivery) =>
            carryOut(batch, { ...delivery, lost: held.lost, check: () => held.check() }),
        });
    const [draining, signal] = [new AbortController(), new AbortController()];
    const executor = queuedTransfers({ queue, clock: systemClock, pair, source })({
      draining: draining.signal,
      signal: signal.signal,
      tell: () => undefined,
      onWorkers: () => undefined,
    });
    await executor.takeOver();
    return {
      executor,
      draining,
      signal,
      async close() {
        await executor.close();
        await service?.close();
        await queue.close();
        await server.close();
      },
    };
  });
});
