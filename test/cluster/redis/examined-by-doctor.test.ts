import { describe, expect, test } from 'vitest';
import { openRedis } from '../../../src/cluster/redis/open-redis.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { servers } from '../../../src/doctor/checks/servers.ts';
import { found, subjectOf } from '../../support/doctor.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';

tellWithoutRedis();

describe.runIf(HAS_REDIS)('what doctor says of a server', () => {
  test('one that is fit: its version, its policy and its file', async () => {
    const { url } = await startRedis({ keeps: true });
    expect(await found(servers, subjectOf({ lease: url }))).toEqual([
      {
        level: 'ok',
        message: expect.stringMatching(
          /is fit for the lease \(--lease\): version \d+\.\S+, maxmemory-policy noeviction, append-only file on$/,
        ),
      },
    ]);
  });

  test('nothing is written to any of them', async () => {
    const { url } = await startRedis({ keeps: true });
    const env = { STAGESYNC_BUDGET_URL: `${url}?rate=5`, STAGESYNC_LEASE_URL: url };
    expect(await found(servers, subjectOf({ env }))).toHaveLength(2);
    const form = { from: 'the test', variable: 'NONE', mayHavePassword: true };
    await using redis = await openRedis(parseRedisUrl(url, form), {
      from: 'the test',
      folder: '/',
      keepsKeys: false,
    });
    expect(await redis.client.dbsize()).toBe(0);
  });

  test('one that may lose what it holds, and one that drops keys', async () => {
    const { url } = await startRedis();
    expect(await found(servers, subjectOf({ lease: url }))).toMatchObject([
      { level: 'ok' },
      { level: 'warning', message: expect.stringContaining('no append-only file') },
    ]);
    const dropping = await startRedis({ settings: ['--maxmemory-policy', 'allkeys-lru'] });
    expect(await found(servers, subjectOf({ lease: dropping.url }))).toMatchObject([
      { level: 'failed', code: 'queue_misconfigured', message: expect.stringContaining('noeviction') },
    ]);
    // of a budget, what is dropped is told anew
    const env = { STAGESYNC_BUDGET_URL: `${dropping.url}?rate=5&name=doctor` };
    expect(await found(servers, subjectOf({ env }))).toMatchObject([
      { level: 'ok', message: expect.stringContaining('maxmemory-policy allkeys-lru') },
    ]);
  });

  test('one with a password that is not given', async () => {
    const { port } = await startRedis({ password: 'geheim' });
    expect(await found(servers, subjectOf({ lease: `redis://127.0.0.1:${port}` }))).toMatchObject([
      { level: 'failed', code: 'queue_unauthorised' },
    ]);
  });
});
