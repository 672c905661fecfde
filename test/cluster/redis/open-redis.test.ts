import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openRedis } from '../../../src/cluster/redis/open-redis.ts';
import { parseRedisUrl } from '../../../src/cluster/redis/redis-url.ts';
import { openWay } from '../../support/cluster/way.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';
import { temporaryFolder } from '../../support/trees/temporary-folder.ts';

tellWithoutRedis();

const PATIENCE = { timeout: 15_000, interval: 50 };

const FORM = { from: '--budget', variable: 'STAGESYNC_BUDGET_URL', mayHavePassword: true };

const open = (text: string, { keepsKeys = false, folder = '/' } = {}) =>
  openRedis(parseRedisUrl(text, FORM), { from: '--budget', folder, keepsKeys });

describe.runIf(HAS_REDIS)('a connection to Redis', () => {
  test('one connection asks and listens', async () => {
    const { url } = await startRedis();
    await using redis = await open(url);
    const heard = once(redis.client, 'message');
    await redis.client.subscribe('pauses');
    await redis.client.publish('pauses', 'now');
    expect(await heard).toEqual(['pauses', 'now']);
    expect(await redis.client.set('a', '1')).toBe('OK');
    expect(redis.isUp).toBe(true);
  });

  test('fails at once while the server is away, and comes back by itself', async () => {
    const server = await startRedis();
    await using redis = await open(server.url);
    const closed = new Promise((resolve) => redis.client.once('close', resolve));
    await server.kill();
    await closed;
    expect(redis.isUp).toBe(false);
    await expect(redis.client.get('a')).rejects.toThrow();
    // attempts until then fail, and are told as errors
    const ready = new Promise((resolve) => redis.client.once('ready', resolve));
    await server.start();
    await ready;
    expect(await redis.client.get('a')).toBe(null);
  });

  test('a command that is not answered fails', async () => {
    const server = await startRedis();
    await using redis = await open(server.url);
    server.send('SIGSTOP');
    await expect(redis.client.get('a')).rejects.toThrow(/timed out/i);
    server.send('SIGCONT');
  });

  test('a connection that falls silent is given up for a new one', async () => {
    const server = await startRedis();
    const way = await openWay(server.port);
    await using redis = await open(`redis://127.0.0.1:${way.port}`);
    way.silence();
    await expect(redis.client.get('a')).rejects.toThrow(/timed out/i);
    await vi.waitFor(async () => expect(await redis.client.get('a')).toBe(null), PATIENCE);
  });

  test('after a fail-over the address is asked anew where it leads', async () => {
    const [before, after] = [await startRedis(), await startRedis()];
    const way = await openWay(before.port);
    await using redis = await open(`redis://127.0.0.1:${way.port}`);
    await using old = await open(before.url);
    await old.client.replicaof('127.0.0.1', after.port);
    way.leadTo(after.port);
    await expect(redis.client.set('a', '1')).rejects.toThrow(/READONLY/);
    await vi.waitFor(async () => expect(await redis.client.set('a', '1')).toBe('OK'), PATIENCE);
  });

  test('a database that the server does not have is told, instead of another one being used', async () => {
    const { port } = await startRedis();
    await expect(open(`redis://127.0.0.1:${port}/99`)).rejects.toMatchObject({
      code: 'queue_misconfigured',
      message: expect.stringContaining('no database of this number') as string,
    });
  });

  test('a password comes from the address or from a file, and no error shows it', async () => {
    const server = await startRedis({ password: 'open sesame%' });
    const address = `redis://127.0.0.1:${server.port}`;
    await using byUrl = await open(address.replace('//', '//:open%20sesame%25@'));
    expect(byUrl.shown).not.toContain('sesame');
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'password'), 'open sesame%\n');
    await using byFile = await open(`${address}?password-file=password`, { folder });
    expect(await byFile.client.ping()).toBe('PONG');
    await expect(open(address)).rejects.toMatchObject({ code: 'queue_unauthorised' });
    const wrong: unknown = await open(address.replace('//', '//:hush-hush@')).catch(
      (error: unknown) => error,
    );
    expect(wrong).toMatchObject({ code: 'queue_unauthorised' });
    expect(JSON.stringify(wrong) + String((wrong as Error).stack)).not.toContain('hush');
    await expect(open(`${address}?password-file=absent`, { folder })).rejects.toMatchObject({
      code: 'config',
    });
  });

  test('a server that drops keys is refused where keys have to stay', async () => {
    const { url } = await startRedis({
      settings: ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'],
    });
    await expect(open(url, { keepsKeys: true })).rejects.toMatchObject({ code: 'queue_misconfigured' });
    await using forBudget = await open(url);
    expect(forBudget.warning).toBe(undefined);
  });

  test('a server without an append-only file is told of where keys have to stay', async () => {
    const without = await startRedis();
    await using told = await open(without.url, { keepsKeys: true });
    expect(told.warning).toContain('append-only file');
    const keeping = await startRedis({ keeps: true });
    await using silent = await open(keeping.url, { keepsKeys: true });
    expect(silent.warning).toBe(undefined);
  });
});

describe('a server that is none', () => {
  test('nobody listens', async () => {
    await expect(open('redis://127.0.0.1:1')).rejects.toMatchObject({
      code: 'queue_unreachable',
      message: expect.stringContaining('--budget') as string,
    });
  });

  test('something else listens, and answers in its own way', async () => {
    // it stays open: one that closes may be met as a broken connection first
    const web = createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
      onTestFinished(() => void socket.destroy());
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void web.close());
    const { port } = web.address() as AddressInfo;
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'queue_unreachable',
      message: expect.stringMatching(/is no Redis: correct the host or the port in --budget$/) as string,
    });
  });

  test('somebody listens, and never answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    server.on('connection', (socket) => onTestFinished(() => void socket.destroy()));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'queue_unreachable' });
  });
});
