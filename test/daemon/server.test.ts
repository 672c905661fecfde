import { describe, expect, onTestFinished, test } from 'vitest';
import { WatchMetrics } from '../../src/daemon/metrics/watch-metrics.ts';
import { serveStatus, type ListenAddress } from '../../src/daemon/server.ts';
import type { WatchStatus } from '../../src/sync/watch/watch-events.ts';
import { reportWith } from '../support/cli/report.ts';
import { rawRequest } from '../support/network/raw-request.ts';

describe('the status server', () => {
  const PATHS = ['/healthz', '/readyz', '/metrics', '/status', '/none', '/%zz'];

  /** The statuses of all routes, asked with these Host headers. */
  async function statuses(
    address: ListenAddress,
    hosts: readonly string[],
    allowedHosts: readonly string[] = [],
  ): Promise<{ statuses: number[]; bodies: string[] }> {
    const pass = {
      startedMs: 0,
      folders: undefined,
      reason: 'start',
      report: reportWith(),
      error: undefined,
    };
    const status: WatchStatus = {
      state: 'idle',
      reason: undefined,
      stateSinceMs: 0,
      mode: 'folders',
      watches: 1,
      waiting: 0,
      oldestChangeMs: undefined,
      lastPass: pass,
      lastFullPass: pass,
      nextFullPassMs: undefined,
    };
    const server = await serveStatus(address, {
      status: () => status,
      metrics: new WatchMetrics(),
      source: '/data',
      destination: 'stage://local/',
      allowedHosts,
    });
    onTestFinished(() => server.close());
    const replies = [];
    for (const path of PATHS)
      replies.push(
        await rawRequest(server.url, [`GET ${path} HTTP/1.1`, ...hosts.map((host) => `Host: ${host}`)]),
      );
    return { statuses: replies.map((reply) => reply.status), bodies: replies.map(({ body }) => body) };
  }
  const LOOPBACK = { host: '127.0.0.1', port: 0 };
  const SERVED = [200, 200, 200, 200, 404, 400];

  test.each(['evil.example', 'localhost.evil.example:80', '192.0.2.7', '127.0.0.1@evil.example'])(
    'refuses the Host %s on every route, and says why',
    async (host) => {
      const { statuses: all, bodies } = await statuses(LOOPBACK, [host]);
      expect(all).toEqual(PATHS.map(() => 403));
      for (const body of bodies) {
        expect(body).toContain(`the Host "${host}" is not this server's`);
        expect(body).toContain('--allowed-host');
      }
    },
  );

  test('refuses a request without a Host, or with two', async () => {
    expect((await statuses(LOOPBACK, [])).statuses).toEqual(PATHS.map(() => 400));
    expect((await statuses(LOOPBACK, ['localhost', 'evil.example'])).statuses).toEqual(PATHS.map(() => 400));
  });

  test('answers to the address it listens on, to localhost, and to names that are allowed', async () => {
    for (const host of ['127.0.0.1:9', 'localhost', '[::1]'])
      expect((await statuses(LOOPBACK, [host])).statuses).toEqual(SERVED);
    expect((await statuses(LOOPBACK, ['watch:9465'], ['watch'])).statuses).toEqual(SERVED);
    const everywhere = { host: '0.0.0.0', port: 0 };
    expect((await statuses(everywhere, ['10.1.2.3:9465'])).statuses).toEqual(SERVED);
    expect((await statuses(everywhere, ['watch:9465'])).statuses).toEqual(PATHS.map(() => 403));
  });

  test('refuses a name to allow that is none', async () => {
    await expect(statuses(LOOPBACK, ['x'], ['http://x'])).rejects.toThrow(/is no host name/);
  });
});
