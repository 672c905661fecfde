import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { WatchMetrics } from '../../src/daemon/metrics.ts';
import { serveStatus } from '../../src/daemon/server.ts';
import { tellServiceManager } from '../../src/daemon/service-manager.ts';
import { openWatchLog, type LogFlags } from '../../src/cli/output/watch-log.ts';
import { duration, listenAddress, type ListenAddress } from '../../src/cli/flags/flag-values.ts';
import type { Pair } from '../../src/jobs/open-job.ts';
import { errorDataBeside, SyncError } from '../../src/model/errors.ts';
import type { SyncEvent } from '../../src/model/events.ts';
import type { WatchEvent, WatchStatus } from '../../src/sync/watch/watch-events.ts';
import { rawRequest } from '../support/network/raw-request.ts';
import { reportWith } from '../support/cli/report.ts';
import { temporaryFolder } from '../support/trees/temporary-folder.ts';

test.each([
  ['500ms', 500],
  ['1s', 1000],
  ['1.5h', 5_400_000],
  ['5m', 300_000],
  ['1d', 86_400_000],
])('the duration %s is %i ms', (text, ms) => {
  expect(duration(text)).toBe(ms);
});

test.each(['', '5', '0s', '-1s', '1 s', '1w', 's'])('%j is no duration', (text) => {
  expect(() => duration(text)).toThrow(/unit/);
});

test.each([
  ['9465', '127.0.0.1', 9465],
  [':9465', '127.0.0.1', 9465],
  ['0.0.0.0:80', '0.0.0.0', 80],
  ['[::1]:0', '::1', 0],
  ['localhost:9', 'localhost', 9],
])('--http %s listens on %s, port %i', (text, host, port) => {
  expect(listenAddress(text)).toEqual({ host, port });
});

test.each(['', 'localhost', '65536', '::1:80', 'a:b:80', '1.5'])('--http %j is refused', (text) => {
  expect(() => listenAddress(text)).toThrow(/HOST:PORT/);
});

describe('the log', () => {
  async function logOf(events: readonly WatchEvent[], flags: LogFlags): Promise<string> {
    const stream = new PassThrough();
    const log = await openWatchLog(stream, flags);
    for (const event of events) log.onEvent(event);
    log.close();
    return String(stream.read() ?? '');
  }
  const trouble: WatchEvent = {
    type: 'sync',
    event: {
      type: 'problem',
      path: 'x/\u001b[31mred',
      code: 'unreadable',
      severity: 'failure',
      message: 'permission denied',
    },
  };

  test('is JSON lines where nobody looks, with the facts', async () => {
    const [line = '{}'] = (await logOf([trouble], {})).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      code: 'unreadable',
      msg: String.raw`x/\u{1b}[31mred: permission denied`,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  test('is text for a person', async () => {
    const text = await logOf([{ type: 'notice', message: 'events were lost' }], { log: 'text' });
    expect(text).toMatch(/WARN.*events were lost/);
    expect(text).not.toContain('{');
  });

  test('names a failed file once', async () => {
    const started: SyncEvent = {
      type: 'pass:started',
      source: '/data',
      destination: 'stage://local/in/',
      dryRun: false,
    };
    const failed: SyncEvent = {
      type: 'action',
      kind: 'upload',
      path: 'a.csv',
      reason: 'new',
      ms: 1,
      outcome: 'failed',
      error: errorDataBeside(
        'a.csv',
        new SyncError('stage_rejected', (name) => `Stage refused to upload ${name} (status 400).`, {
          verdict: 'skip_entry',
          path: 'in/a.csv',
        }),
      ),
    };
    const said = await logOf(
      [started, failed].map((event) => ({ type: 'sync', event })),
      {},
    );
    expect(JSON.parse(said)).toMatchObject({
      msg: 'a.csv: Stage refused to upload it (status 400).',
      error: failed.error,
    });
  });

  test('counts the folders of a pass that made or removed some', async () => {
    const report = reportWith({ uploaded: 2, foldersCreated: 1, foldersRemoved: 2, durationMs: 7 });
    const pass = { startedMs: 0, folders: 1, reason: 'changes', report, error: undefined };
    expect(JSON.parse(await logOf([{ type: 'pass', ...pass }], {})).msg).toBe(
      'looked at 1 folder (changes): 2 uploaded, 0 moved, 0 removed, 1 folder created, 2 folders removed, 0 failed, 7 ms',
    );
  });

  test.each([
    ['stage_unreachable', 'warn', undefined, 'everything'],
    ['stage_unreachable', 'warn', 1, '1 folder'],
    ['interrupted', 'info', undefined, 'everything'],
  ] as const)('of a pass that %s ended early is a %s that says why', async (code, level, folders, scope) => {
    const error = { code, message: 'List x/ failed: it says\nno.' };
    const report = reportWith({ durationMs: 7 });
    const said = await logOf([{ type: 'pass', startedMs: 0, folders, reason: 'start', report, error }], {});
    expect(JSON.parse(said)).toMatchObject({ level, error: code });
    expect(JSON.parse(said).msg).toBe(
      `the look at ${scope} (start) ended early, with 0 uploaded, 0 moved, 0 removed, 0 failed, 7 ms: List x/ failed: it says\\nno.`,
    );
  });

  test('tells of the same trouble once, and of every try only with --verbose', async () => {
    expect((await logOf([trouble, trouble, trouble], {})).trim().split('\n')).toHaveLength(1);
    expect((await logOf([trouble, trouble, trouble], { verbose: true })).trim().split('\n')).toHaveLength(3);
  });

  test('tells of it again only when a look at everything did not meet it in between', async () => {
    const full: WatchEvent = {
      type: 'pass',
      startedMs: 0,
      folders: undefined,
      reason: 'start',
      report: reportWith(),
      error: undefined,
    };
    const warnings = async (events: readonly WatchEvent[]): Promise<number> =>
      (await logOf(events, {})).split('\n').filter((line) => line.includes('permission denied')).length;
    expect(await warnings([trouble, full, trouble, full, trouble])).toBe(1);
    expect(await warnings([trouble, full, full, trouble])).toBe(2);
  });

  test('says nothing of a file that only changes while it is read', async () => {
    const moving: WatchEvent = {
      type: 'sync',
      event: { type: 'problem', path: 'a', code: 'entry_gone', severity: 'warning', message: 'gone' },
    };
    expect(await logOf([moving], {})).toBe('');
  });
});

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
    const pair = { source: { label: '/data' }, destination: { label: 'stage://local/' } } as Pair;
    const server = await serveStatus(address, () => status, new WatchMetrics(), pair, allowedHosts);
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

test('systemd hears of readiness, of a halt with its reason, and of the stop, where it asks', async () => {
  const folder = await temporaryFolder();
  const said = join(folder, 'said');
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${said}\n`);
  chmodSync(program, 0o755);
  const env = { PATH: `${folder}:${process.env['PATH']}`, NOTIFY_SOCKET: '/run/systemd/notify' };
  const text = (): string => (existsSync(said) ? readFileSync(said, 'utf8') : '');
  for (const [state, reason, expected] of [
    ['listing', undefined, '--ready --status=listing'],
    ['halted', 'no source', '--status=halted: no source'],
    ['stopping', undefined, '--stopping --status=stopping'],
  ] as const) {
    tellServiceManager(env, { type: 'state', state, reason });
    await vi.waitFor(() => expect(text()).toContain(expected), { timeout: 20_000 });
  }
  tellServiceManager({ ...env, NOTIFY_SOCKET: undefined }, { type: 'state', state: 'idle', reason: 'x' });
  expect(text().trim().split('\n')).toHaveLength(3);
});
