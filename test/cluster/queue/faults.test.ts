import { cpSync, rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { cuttable, queueWorld } from '../../support/cluster/queue-world.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

/** Files of the batches that a worker with 16 requests has open, at most: nothing of them is told before all are sent. */
const OPEN_FILES = 3 * 50;
/** Files of all batches that may be outstanding. */
const OUTSTANDING_FILES = 16 * 50;

describe.runIf(HAS_REDIS)(
  'files sent by workers all arrive, nothing else goes, and little is sent twice:',
  () => {
    test('when a worker is killed', async () => {
      const world = await queueWorld(await startRedis());
      const [first] = [await world.worker(), await world.worker()];
      const sync = world.sync(['--delete']);
      await world.stored(60);
      await first.end('SIGKILL');
      const { status, report, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      expect(report.uploaded).toBe(400);
      await world.inStep();
      expect(world.repeats()).toBeLessThanOrEqual(OPEN_FILES);
      expect(world.removed).toEqual([]);
    });

    test('when the sync is killed, before and after answers have come', async () => {
      const world = await queueWorld(await startRedis());
      const worker = await world.worker();
      for (const files of [20, 200]) {
        const killed = world.sync(['--delete']);
        await world.stored(files);
        await killed.end('SIGKILL');
      }
      const { status, stderr } = await world.sync(['--delete']).ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      // what workers had was waited for, what they had answered was taken over
      expect(world.repeats()).toBe(0);
      expect(world.removed).toEqual([]);
      expect((await worker.end('SIGTERM')).status).toBe(0);
    });

    test('when Redis is killed, and comes back with its append-only file', async () => {
      const redis = await startRedis({ keeps: true });
      const world = await queueWorld(redis);
      await world.worker();
      const sync = world.sync(['--delete']);
      await world.stored(60);
      await redis.kill();
      await wait(1500);
      await redis.start();
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      expect(world.repeats()).toBeLessThanOrEqual(OPEN_FILES);
    });

    test('when Redis comes back empty', async () => {
      const redis = await startRedis();
      const world = await queueWorld(redis);
      await world.worker();
      const sync = world.sync(['--delete']);
      await world.stored(60);
      await redis.kill();
      await redis.start();
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      expect(world.repeats()).toBeLessThanOrEqual(OUTSTANDING_FILES);
      expect(world.removed).toEqual([]);
    });

    test('when Redis comes back with what it had a while ago', async () => {
      const redis = await startRedis({ keeps: true });
      const world = await queueWorld(redis);
      await world.worker();
      const sync = world.sync(['--delete']);
      await world.stored(60);
      const copy = `${redis.folder}-older`;
      cpSync(redis.folder, copy, { recursive: true });
      await world.stored(200);
      await redis.kill();
      rmSync(redis.folder, { recursive: true });
      cpSync(copy, redis.folder, { recursive: true });
      rmSync(copy, { recursive: true });
      await redis.start();
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      expect(world.repeats()).toBeLessThanOrEqual(OUTSTANDING_FILES);
      expect(world.removed).toEqual([]);
    });

    test('when somebody empties Redis with FLUSHALL', async () => {
      const redis = await startRedis();
      const world = await queueWorld(redis);
      await world.worker();
      const sync = world.sync(['--delete']);
      await world.stored(60);
      const client = new Redis(redis.url);
      await client.flushall();
      client.disconnect();
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      expect(world.removed).toEqual([]);
    });

    test('when a worker is stopped for longer than its lock holds, and goes on', async () => {
      const world = await queueWorld(await startRedis());
      const [sleepy] = [await world.worker(), await world.worker()];
      const sync = world.sync(['--delete']);
      await world.stored(60);
      sleepy.child.kill('SIGSTOP');
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      const before = world.repeats();
      sleepy.child.kill('SIGCONT');
      expect((await sleepy.end('SIGTERM')).status).toBe(0);
      await world.inStep();
      // what was on its way when it was stopped may still have arrived; nothing was begun
      expect(world.repeats() - before).toBeLessThanOrEqual(16);
      expect(world.removed).toEqual([]);
    });

    test('when a worker is cut off from Redis, but not from the Stage', async () => {
      const redis = await startRedis();
      const world = await queueWorld(redis);
      const way = await cuttable(redis.port);
      // so few at once that it never has more than three batches open
      const cut = await world.worker(['--local', world.folder, '--concurrency', '16'], way);
      await world.worker();
      const sync = world.sync(['--delete']);
      await world.stored(60);
      way.cut();
      const { status, stderr } = await sync.ended;
      expect(status, stderr).toBe(0);
      await world.inStep();
      expect(world.repeats()).toBeLessThanOrEqual(OPEN_FILES);
      way.heal();
      expect((await cut.end('SIGTERM')).status).toBe(0);
    });
  },
);

describe.runIf(HAS_REDIS)('a sync ends with an error that names the way out:', () => {
  test('when Redis is full', async () => {
    const redis = await startRedis({ settings: ['--maxmemory', '3mb'] });
    const world = await queueWorld(redis, { files: 1000, putMs: 300 });
    await world.worker();
    const sync = world.sync();
    await world.stored(10);
    const client = new Redis(redis.url);
    for (let i = 0; ; i++) {
      const taken = await client.set(`others:${i}`, 'x'.repeat(20_000)).catch(() => undefined);
      if (taken === undefined) break;
    }
    client.disconnect();
    const { status, report } = await sync.ended;
    expect(status).toBe(2);
    expect(report.error).toMatchObject({ code: 'queue_misconfigured' });
    expect(report.error?.message).toMatch(/is full.*give it more memory/);
  });

  test('when Redis drops keys', async () => {
    const world = await queueWorld(await startRedis({ settings: ['--maxmemory-policy', 'allkeys-lru'] }));
    const { status, stderr } = await world.sync().ended;
    expect(status).toBe(2);
    expect(stderr).toMatch(/maxmemory-policy allkeys-lru.*noeviction/);
  });

  test('when there is no worker for as long as --max-wait says', async () => {
    const world = await queueWorld(await startRedis(), { files: 3 });
    const { status, report, events } = await world.sync(['--max-wait', '12s']).ended;
    expect(status).toBe(5);
    expect(report.error).toMatchObject({ code: 'queue_unreachable' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'problem', code: 'no_worker' }));
    expect(world.puts.size).toBe(0);
  });

  test('when no worker may read the directory', async () => {
    const world = await queueWorld(await startRedis(), { files: 3 });
    await world.worker([]);
    const { status, report } = await world.sync().ended;
    expect(status).toBe(2);
    expect(report.error?.message).toMatch(/reads no directories.*--local DIR/);
    expect(world.puts.size).toBe(0);
  });
});
