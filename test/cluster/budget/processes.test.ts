import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CliResult } from '../../support/cli/cli.ts';
import { HAS_REDIS, startRedis, tellWithoutRedis } from '../../support/redis.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

tellWithoutRedis();

const PROCESSES = 4;
const FILES = 150;
const NAMES = ['a', 'b', 'c', 'd'];

/** A Stage that allows 200 requests a second and answers after 100 ms, and the folder of each process. */
async function limitedStage(perSecond = 200): Promise<ServedStage> {
  const stage = await servedStage({ faults: { rateLimit: { perSecond }, latency: { all: 100 } } });
  const files = Array.from({ length: FILES }, (_, at) => `f${at}.csv`);
  const tree = NAMES.flatMap((name) => files.map((file) => [`${name}/${file}`, file] as const));
  await writeTree(stage.cli.folder, Object.fromEntries(tree));
  return stage;
}

/** Four processes at the same time, each with a folder, a ledger and a lock of its own. */
function syncAll({ cli, address }: ServedStage, budget: string): Promise<CliResult[]> {
  return Promise.all(
    NAMES.slice(0, PROCESSES).map((name) =>
      cli.run(['sync', name, `${address}/${name}`, '--json', '--budget', budget], {
        env: { XDG_STATE_HOME: join(cli.folder, '..', `state-${name}`) },
      }),
    ),
  );
}

/** Resolves when the Stage has made so many changes. */
const changes = ({ emulator }: ServedStage, count: number): Promise<void> =>
  expect.poll(() => emulator.counters.read().committed, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);

function expectDone(results: readonly CliResult[]): void {
  for (const { status, report, stderr } of results) {
    expect(status, stderr).toBe(0);
    expect(report).toMatchObject({ uploaded: FILES, failed: 0 });
  }
}

const noticesOf = ({ events }: CliResult): boolean[] =>
  events.flatMap((event) => (event.type === 'budget' ? [event.reached] : []));

describe.runIf(HAS_REDIS)('four processes with one budget', () => {
  test('none is refused where the rate was told, and the report names the budget', async () => {
    await using stage = await limitedStage();
    const { url } = await startRedis();
    const results = await syncAll(stage, `${url}?rate=190`);
    expectDone(results);
    expect(stage.emulator.counters.read().byStatus['429'] ?? 0).toBe(0);
    for (const { report } of results) expect(report.pace?.budget).toBe(`${url}?rate=190`);
  });

  test('two runs, and a download, take no more bytes a second than the budget has', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const url = `${(await startRedis()).url}?bytes=1MB`;
    const mega = Buffer.alloc(1_000_000, 'x');
    await writeTree(cli.folder, { 'a/x.bin': mega, 'b/x.bin': mega });
    const startedAt = performance.now();
    const results = await Promise.all(
      ['a', 'b'].map((name) =>
        cli.run(['sync', name, `${address}/${name}`, '--json', '--budget', url], {
          env: { XDG_STATE_HOME: join(cli.folder, '..', `state-${name}`) },
        }),
      ),
    );
    // two megabytes at one a second, less the last slices of both
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
    for (const { status, report } of results) expect([status, report.uploaded]).toEqual([0, 1]);
    const beforeGet = performance.now();
    const got = await cli.run(['get', `${address}/a/x.bin`, 'got.bin', '--budget', url]);
    expect(performance.now() - beforeGet).toBeGreaterThan(900);
    expect(got.status, got.stderr).toBe(0);
    expect((await readFile(join(cli.folder, 'got.bin'))).equals(mega)).toBe(true);
  });

  test('all go on when Redis is killed, and share the pace again when it is back', async () => {
    await using stage = await limitedStage();
    const server = await startRedis();
    const running = syncAll(stage, `${server.url}?rate=60`);
    const clients = async (): Promise<number> =>
      (await ask(server.port, 'CLIENT LIST')).split('name=stagesync-budget').length - 1;
    // whoever begins without Redis does not begin
    await expect.poll(clients, { timeout: 60_000 }).toBe(PROCESSES);
    await changes(stage, 60);
    await server.kill();
    await changes(stage, 200);
    await server.start();
    const results = await running;
    expectDone(results);
    for (const result of results) expect(noticesOf(result)).toEqual([false, true]);
    expect(stage.emulator.counters.read().byStatus['429'] ?? 0).toBe(0);
  });

  test('a Redis that forgets everything in the middle holds nothing up', async () => {
    await using stage = await limitedStage(60);
    const server = await startRedis();
    const running = syncAll(stage, server.url);
    await changes(stage, 200);
    expect(await ask(server.port, 'FLUSHALL')).toBe('+OK');
    expectDone(await running);
  });

  test('a wrong password ends a run before anything is sent, and is nowhere shown', async () => {
    await using stage = await limitedStage();
    const server = await startRedis({ password: 'right' });
    const env = { STAGESYNC_BUDGET_URL: server.url.replace('right', 'wr0ng-w0rd') };
    const { status, stdout, stderr, report } = await stage.cli.run(['sync', 'a', stage.address, '--json'], {
      env,
    });
    expect(status).toBe(5);
    expect(report.error?.code).toBe('queue_unauthorised');
    expect(stdout + stderr).not.toContain('wr0ng-w0rd');
    expect(stage.changingRequests()).toBe(0);
    const right = await stage.cli.run(['ls', stage.address], { env: { STAGESYNC_BUDGET_URL: server.url } });
    expect(right.status).not.toBe(5);
  });

  test('without the client of Redis the error says what to run', async () => {
    await using stage = await limitedStage();
    const { status, stderr } = await stage.cli.run(['ls', stage.address, '--budget', 'redis://127.0.0.1:1'], {
      nodeOptions: ['--import', `data:text/javascript,${encodeURIComponent(WITHOUT_IOREDIS)}`],
    });
    expect(stderr).toContain('npm install ioredis');
    expect(status).toBe(2);
  });
});

/** Resolves the package to nothing, as where it is not installed. */
const WITHOUT_IOREDIS = `
import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name !== 'ioredis') return next(name, context);
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});`;

/** The reply to a command, as it comes over the wire. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', (reply) => {
      socket.destroy();
      resolve(reply.toString().trim());
    });
    socket.write(`${command}\r\n`);
  });
}
