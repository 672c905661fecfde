import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LeaseElection } from '../../../src/cluster/lease/election.ts';
import { RedisLeaseStore } from '../../../src/cluster/lease/redis-lease-store.ts';
import { openRedis, type RedisConnection } from '../../../src/cluster/redis/open-redis.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { systemClock } from '../../../src/sync/clock.ts';
import { leaderElectionContract } from '../../contract/leases/leader-election.ts';
import { HAS_REDIS, openRedisServer, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

const FROM = '--lease';
/** Milliseconds; long enough for a busy machine to renew in. */
const TTL = 2500;

function openKeys(url: string): Promise<RedisConnection> {
  const parsed = parseRedisUrl(url, { from: FROM, variable: 'STAGESYNC_LEASE_URL', mayHavePassword: true });
  return openRedis(parsed, { from: FROM, folder: '/', keepsKeys: true });
}

async function openStore(url: string, name: string): Promise<RedisLeaseStore> {
  return new RedisLeaseStore(await openKeys(url), { name, from: FROM });
}

describe.runIf(HAS_REDIS)('a lease in Redis', () => {
  let server: Awaited<ReturnType<typeof openRedisServer>>;
  let count = 0;
  beforeAll(async () => {
    server = await openRedisServer();
  });
  afterAll(() => server.close());

  leaderElectionContract(async () => {
    const name = `pair ${++count} {of} "tests"`;
    const keeper = await openStore(server.url, name);
    return {
      clock: systemClock,
      ttlMs: TTL,
      open: () => openStore(server.url, name),
      async forget() {
        await using redis = await openKeys(server.url);
        await redis.client.flushall();
      },
      async vanish() {
        await using redis = await openKeys(server.url);
        await redis.client.del(`stagesync:lease:{${name}}:holder`);
      },
      async copy() {
        const last = `stagesync:lease:{${name}}:last`;
        await using redis = await openKeys(server.url);
        const kept = await redis.client.hgetall(last);
        return async () => {
          await using again = await openKeys(server.url);
          await again.client.del(`stagesync:lease:{${name}}:holder`);
          // as it is known by another life of the server
          await again.client.hset(last, { ...kept, life: 'before' });
        };
      },
      pass: (ms) => wait(ms),
      [Symbol.asyncDispose]: () => keeper.close(),
    };
  });

  test('two names are two leases', async () => {
    const [a, b] = [await openStore(server.url, 'a'), await openStore(server.url, 'b')];
    const candidate = { id: '1', host: 'h', pid: 1, command: 'c' };
    expect(await a.take(candidate, TTL)).toMatchObject({ taken: true });
    expect(await b.take({ ...candidate, id: '2' }, TTL)).toMatchObject({ taken: true });
    expect(await a.take({ ...candidate, id: '2' }, TTL)).toMatchObject({
      taken: false,
      holder: { host: 'h', pid: 1, command: 'c' },
    });
    await Promise.all([a.close(), b.close()]);
  });
});

test.runIf(HAS_REDIS)(
  'a server that comes back older than the last leader gives nobody the lease before that one has given up',
  async () => {
    const server = await startRedis({ keeps: true });
    const store = await openStore(server.url, 'jobs');
    const candidate = { id: '1', host: 'h', pid: 1, command: 'c' };
    expect(await store.take(candidate, TTL)).toMatchObject({ former: undefined });
    await store.release(candidate, { hasLed: true });
    expect(await store.take(candidate, TTL)).toMatchObject({
      former: { ttlMs: TTL, wasReleased: true, isOfThisLife: true },
    });
    await store.release(candidate, { hasLed: true });
    await server.kill();
    await expect(store.take(candidate, TTL)).rejects.toMatchObject({ code: 'queue_unreachable' });
    await server.start();
    // it knows a leader, but what happened in its last seconds may be lost
    let again;
    while (again === undefined)
      again = await store.take({ ...candidate, id: '2' }, TTL).catch(() => wait(20).then(() => undefined));
    expect(again).toMatchObject({ former: { wasReleased: true, isOfThisLife: false } });
    await store.close();
  },
);

test.runIf(HAS_REDIS)('a replica that becomes the primary server is another life of it', async () => {
  const primary = await startRedis({ settings: ['--repl-diskless-sync-delay', '0'] });
  const replica = await startRedis({ settings: ['--replicaof', '127.0.0.1', String(primary.port)] });
  const candidate = { id: '1', host: 'h', pid: 1, command: 'c' };
  const store = await openStore(primary.url, 'jobs');
  await store.take(candidate, TTL);
  await store.release(candidate, { hasLed: true });
  const way = new Redis({ port: replica.port, host: '127.0.0.1' });
  await vi.waitFor(async () => expect(await way.hget('stagesync:lease:{jobs}:last', 'released')).toBe('1'), {
    timeout: 30_000,
  });
  await way.replicaof('NO', 'ONE');
  await way.quit();
  const other = await openStore(replica.url, 'jobs');
  expect(await other.take({ ...candidate, id: '2' }, TTL)).toMatchObject({
    former: { wasReleased: true, isOfThisLife: false },
  });
  await Promise.all([store.close(), other.close()]);
});

test.runIf(HAS_REDIS)(
  'a server that is full still renews a lease, and says so where it cannot give one',
  async () => {
    const server = await startRedis();
    const store = await openStore(server.url, 'jobs');
    const candidate = { id: '1', host: 'h', pid: 1, command: 'c' };
    await store.take(candidate, TTL);
    {
      await using redis = await openKeys(server.url);
      await redis.client.config('SET', 'maxmemory', '1mb');
    }
    expect(await store.renew(candidate, TTL)).toBeDefined();
    await store.release(candidate, { hasLed: true });
    await expect(store.take(candidate, TTL)).rejects.toMatchObject({
      message: expect.stringMatching(/full/) as string,
    });
    await store.close();
  },
);

test.runIf(HAS_REDIS)('who is killed is followed within the time of its lease', async () => {
  const server = await startRedis();
  const self = { host: 'h', pid: 1, command: 'c' };
  const dead = await openStore(server.url, 'jobs');
  const store = await openStore(server.url, 'jobs');
  const sent = performance.now();
  await dead.take({ ...self, id: 'dead' }, TTL);
  const election = new LeaseElection({ store, name: 'jobs', self, clock: systemClock, ttlMs: TTL });
  const lease = await election.campaign(new AbortController().signal);
  // never early; how late is measured by the benchmark
  expect(performance.now() - sent).toBeGreaterThanOrEqual(TTL);
  await lease.resign();
  await Promise.all([election.close(), dead.close()]);
});
