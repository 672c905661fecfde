import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openBatchQueue, openQueueServer } from '../../../src/cluster/queue/bull/open-queue.ts';
import type { Batch } from '../../../src/cluster/queue/wire/batch.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { openQueueLook } from '../../../src/jobs/queue/queue-look.ts';
import type { QueueState } from '../../../src/model/cluster/queue-state.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { cliSandbox } from '../../support/cli/cli.ts';
import { PATIENCE, queueWorld } from '../../support/cluster/queue-world.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis, type RedisServer } from '../../support/redis.ts';

tellWithoutRedis();

const TOLD = { source: '/a', destination: 'stage://d/in/', host: 'h', pid: 7, sinceMs: 1 };

async function open({ url }: RedisServer, pair: string, told = TOLD) {
  const parsed = parseRedisUrl(url, { from: 'test', variable: 'test', mayHavePassword: true });
  const server = await openQueueServer({ url: parsed, from: 'test', folder: '/', clientName: 'test' });
  const queue = openBatchQueue(server, { deployment: 'd', pair, root: 'in/', told });
  onTestFinished(() => queue.close());
  return { queue, server };
}

async function look({ url }: RedisServer): Promise<QueueState> {
  const opened = await openQueueLook({ url, from: 'test', isPublic: false }, { folder: '/' });
  try {
    return await opened.look();
  } finally {
    await opened.close();
  }
}

const batch = (pair: string, id: string): Batch => ({
  id,
  pair,
  run: 'run',
  from: '/a',
  to: 'stage://d/in/',
  service: 's',
  followSymlinks: false,
  archived: 'report',
  items: [],
});

describe.runIf(HAS_REDIS)('a look at a queue', () => {
  test('tells the batches of each pair, and who runs it', async () => {
    const redis = await startRedis();
    expect(await look(redis)).toMatchObject({ workers: [], pairs: [] });
    const [one, two] = [await open(redis, 'p1'), await open(redis, 'p2', { ...TOLD, source: '/b' })];
    for (const { queue } of [one, two]) await queue.claim('run');
    await one.queue.ship(batch('p1', 'run-1-0'));
    await one.queue.ship(batch('p1', 'run-2-0'));
    const none = { waiting: 0, active: 0, answered: 0, isAtWork: true };
    expect((await look(redis)).pairs).toEqual([
      { ...TOLD, ...none, pair: 'p1', waiting: 2 },
      { ...TOLD, ...none, pair: 'p2', source: '/b' },
    ]);
    await two.queue.release('run');
    expect((await look(redis)).pairs.map(({ pair }) => pair)).toEqual(['p1']);
  });

  test('tells of a sync that was killed for as long as something of it is there', async () => {
    const redis = await startRedis();
    const { queue, server } = await open(redis, 'p1');
    await queue.claim('run');
    await queue.ship(batch('p1', 'run-1-0'));
    // its last sign of life was a minute ago
    await server.client.zincrby('stagesync:syncs:times', -60, 'p1');
    expect((await look(redis)).pairs).toMatchObject([{ pair: 'p1', isAtWork: false, waiting: 1, pid: 7 }]);
    await queue.withdraw('run-1-0');
    expect((await look(redis)).pairs).toEqual([]);
  });

  test('is not deceived by what others wrote, and a batch of nobody known is told by its pair', async () => {
    const redis = await startRedis();
    const { queue, server } = await open(redis, 'p1');
    await queue.claim('run');
    await queue.ship(batch('p1', 'run-1-0'));
    await server.client.del('stagesync:syncs', 'stagesync:syncs:times');
    for (const key of ['stagesync:syncs', 'stagesync:workers'])
      for (const [name, note] of [
        ['a', 'no JSON'],
        ['b', '{"name":7}'],
        ['c', 'null'],
      ] as const) {
        await server.client.hset(key, name, note);
        await server.client.zadd(`${key}:times`, Math.floor(Date.now() / 1000), name);
      }
    expect(await look(redis)).toEqual({
      queue: redis.url,
      workers: [],
      pairs: [{ pair: 'p1', isAtWork: false, waiting: 1, active: 0, answered: 0 }],
    });
  });
});

/** What `stagesync status --json` prints of a server. */
async function statusOf(args: readonly string[]) {
  const cli = await cliSandbox();
  onTestFinished(() => cli[Symbol.asyncDispose]());
  const result = await commandInside(cli, ['status', ...args, '--json']);
  const { status, stdout, stderr } = result;
  return { status, stdout, stderr, events: () => result.events as unknown as Record<string, unknown>[] };
}

describe.runIf(HAS_REDIS)('a sync with workers, seen from elsewhere', () => {
  test('status shows workers, batches and the budget while it runs; its report counts the requests of workers', async () => {
    const redis = await startRedis();
    // slow, until it has been seen
    const world = await queueWorld(redis, { files: 300, putMs: 4000 });
    const workers = [await world.worker(), await world.worker()];
    const sync = world.sync();
    await vi.waitFor(async () => {
      const { status, events } = await statusOf(['--queue', redis.url]);
      expect(status).toBe(0);
      const [queue, ...budgets] = events();
      expect(queue).toMatchObject({
        type: 'queue',
        queue: redis.url,
        pairs: [{ isAtWork: true, pid: sync.child.pid, source: world.folder }],
      });
      const seen = queue as { readonly workers: { readonly pid: number; readonly batches: number }[] };
      const pids = new Set<number | undefined>(seen.workers.map(({ pid }) => pid));
      expect(pids).toEqual(new Set(workers.map(({ child }) => child.pid)));
      expect(seen.workers.some(({ batches }) => batches > 0)).toBe(true);
      expect(budgets).toEqual(
        expect.arrayContaining([expect.objectContaining({ type: 'budget', budget: redis.url })]),
      );
    }, PATIENCE);
    world.emulator.faults.set({});
    const { report, events, status } = await sync.ended;
    expect(status).toBe(0);
    // each file takes one
    expect(report.workers!.requests).toBeGreaterThanOrEqual(300);
    expect(report.workers!.batches).toBeGreaterThanOrEqual(6);
    expect(report.requests).toBeLessThan(300);
    const told = events.filter((event) => event.type === 'workers');
    expect(told.length).toBeGreaterThan(1);
    const nothing = { waiting: 0, active: 0, answered: 0, files: 0, bytes: 0 };
    expect(told.at(-1)).toEqual({ type: 'workers', ...report.workers, ...nothing });
    await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
    const { events: after } = await statusOf(['--queue', redis.url]);
    expect(after()).toMatchObject([{ workers: [], pairs: [] }]);
  }, 120_000);

  test('a worker whose token is not accepted is named by the error that ends the run', async () => {
    const redis = await startRedis();
    const world = await queueWorld(redis, { files: 10 });
    const token = `${world.folder}.token`;
    writeFileSync(token, 'a-token-of-somebody-else');
    const worker = await world.worker(['--local', world.folder, '--token-file', token]);
    const { report, status } = await world.sync().ended;
    expect(status).toBe(5);
    expect(report.error?.code).toBe('stage_unauthorised');
    expect(report.error?.message).toMatch(/^worker \S+-[0-9a-f]{8}: /);
    await worker.end('SIGTERM');
  });

  test('a server that is away makes status 5, within seconds', async () => {
    const redis = await startRedis();
    await redis.kill();
    const { status, stdout, stderr } = await statusOf(['--queue', redis.url]);
    expect([status, stdout]).toEqual([5, '']);
    expect(stderr).toContain(`cannot reach ${redis.url}`);
    // told once, though the queue and its budgets were asked
    expect(stderr.match(/cannot reach/g)).toHaveLength(1);
  });
});
