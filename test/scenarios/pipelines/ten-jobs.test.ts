import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { startEmulator } from '../../../src/emulator/emulator.ts';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { cliSandbox } from '../../support/cli/cli.ts';
import { startUp, type Up } from '../../support/cli/up.ts';
import { startFakeS3, createTestBucket, type S3Server } from '../../support/s3/s3-bucket.ts';
import { s3Event } from '../../support/s3/s3-events.ts';
import { createTestQueue } from '../../support/s3/test-queue.ts';
import { createDice } from '../../support/trees/dice.ts';
import { digestOf, snapshotFolder, snapshotStage, writeTree } from '../../support/trees/trees.ts';

/** How long changes and kills go on; minutes by night. */
const SECONDS = Number(process.env['STAGESYNC_PIPELINES_SECONDS'] ?? 2);
const SEED = Number(process.env['STAGESYNC_PIPELINES_SEED'] ?? 1);
const KILLED_AFTER_MS = Math.min(SECONDS, 3) * 1000;
const LARGE_FILES = 300;
const SMALL = ['small1', 'small2', 'small3', 'small4', 'small5'];
/** More uploads are never under way when the daemon is killed. */
const MOST_IN_FLIGHT = 256;
const PATIENCE = { timeout: 120_000, interval: 100 };

const BUSY = { latency: { all: 10 }, rateLimit: { perSecond: 150 } } as const;
const FAULTS = {
  ...BUSY,
  rules: [
    { kind: 'putFile', rate: 0.02, fault: 'lost_reply' },
    { verb: ['PATCH', 'DELETE'], rate: 0.02, fault: 'lost_reply' },
    { verb: ['PUT', 'PATCH', 'DELETE'], rate: 0.02, fault: 'status', status: 503 },
    { kind: ['list', 'metadata'], rate: 0.02, fault: 'status', status: [500, 503] },
  ],
} as const;

let server: S3Server;
beforeAll(async () => {
  server = await startFakeS3();
});
afterAll(() => server.close());

interface Places {
  readonly deployment: string;
  readonly bucket: string;
  readonly endpoint: string;
  readonly queue: string;
}

const jobsFile = ({ deployment, bucket, endpoint, queue }: Places): string => `
defaults:
  what: { removal: ours }
profiles:
  bucket: { s3: { endpoint_url: '${endpoint}' } }
jobs:
  large: { from: ./large, to: 'stage://${deployment}/large', watch: true, when: { settle: 200ms } }
${SMALL.map((name) => `  ${name}: { from: ./${name}, to: 'stage://${deployment}/${name}', watch: true, when: { settle: 200ms } }`).join('\n')}
  told: { from: 's3://${bucket}/told/', to: 'stage://${deployment}/told', profile: bucket, watch: true, sqs_queue: '${queue}' }
  listed: { from: 's3://${bucket}/listed/', to: 'stage://${deployment}/listed', profile: bucket, schedule: '*/2 * * * * *' }
  pulled: { from: 'stage://${deployment}/export', to: ./pulled, schedule: '*/2 * * * * *' }
  asked: { from: ./asked, to: 'stage://${deployment}/asked' }
`;

test(
  'ten jobs against one Stage with a rate limit and faults, and a daemon that is killed: all in step, small ones first, nothing twice',
  async () => {
    /** Committed uploads, in order. */
    const commits: string[] = [];
    /** By the name of a job: how many uploads of all jobs were committed when its first request came. */
    const begun = new Map<string, number>();
    await using emulator = await disposable(
      startEmulator({
        onRequest: (phase, { kind, path }) => {
          const [name = ''] = path.split('/');
          if (!begun.has(name)) begun.set(name, commits.length);
          if (phase === 'committed' && kind === 'putFile') commits.push(path);
        },
      }),
    );
    const deployment = emulator.deployments[0]!.id;
    const client = await createStageClient({ baseUrl: emulator.url, token: emulator.token, deployment });
    await using stage = await disposable(createStageDestination({ client, root: '' }));
    await using bucket = await disposable(createTestBucket(server));
    await using queue = await createTestQueue(server.url);
    await using cli = await cliSandbox({
      SINGLESTOREDB_MANAGEMENT_BASE_URL: emulator.url,
      SINGLESTOREDB_MANAGEMENT_TOKEN: emulator.token,
      AWS_ACCESS_KEY_ID: server.accessKey,
      AWS_SECRET_ACCESS_KEY: server.secretKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    const at = (path: string): string => join(cli.folder, path);
    const tell = (key: string) => queue.send(s3Event(bucket.name, key));
    const objects = new Map<string, string>();
    const put = async (key: string, text: string): Promise<void> => {
      await bucket.put(key, text);
      objects.set(key, text);
    };

    await writeTree(cli.folder, {
      ...Object.fromEntries(
        Array.from({ length: LARGE_FILES }, (_, n) => [`large/${n % 20}/file${n}.csv`, `large ${n}`]),
      ),
      ...Object.fromEntries(
        SMALL.flatMap((name) => [1, 2, 3].map((n) => [`${name}/file${n}.csv`, `${name} ${n}`])),
      ),
      'asked/a.csv': 'a',
      'export/e.csv': 'e',
      'stagesync.yaml': jobsFile({
        deployment,
        bucket: bucket.name,
        endpoint: bucket.url,
        queue: queue.url,
      }),
    });
    mkdirSync(at('pulled'));
    await put('told/a.csv', 'a');
    await put('listed/a.csv', 'a');
    expect((await cli.run(['sync', 'export', `stage://${deployment}/export`])).status).toBe(0);
    // faults come later: who waits after one says nothing of turns
    emulator.faults.set(BUSY);

    let up: Up = await startUp(cli, ['--file', 'stagesync.yaml']);
    // before its folders go, also when the test fails
    await using daemon = { [Symbol.asyncDispose]: () => up[Symbol.asyncDispose]() };
    void daemon;
    const smallFiles = SMALL.flatMap((name) => [1, 2, 3].map((n) => `${name}/file${n}.csv`));
    await vi.waitFor(() => {
      expect(smallFiles.filter((path) => !commits.includes(path))).toEqual([]);
    }, PATIENCE);
    // the small ones did not wait for the large one; each is judged from its first request on
    for (const name of SMALL) {
      const last = Math.max(...[1, 2, 3].map((n) => commits.indexOf(`${name}/file${n}.csv`)));
      const meanwhile = commits.slice(begun.get(name), last).filter((path) => path.startsWith('large/'));
      expect(meanwhile.length, name).toBeLessThan(LARGE_FILES / 2);
    }

    emulator.faults.set(FAULTS);
    const dice = createDice(SEED);
    const end = Date.now() + SECONDS * 1000;
    let kills = 0;
    // by time, not by number: a machine with other work takes long for each new start
    while (Date.now() < end) {
      const until = Date.now() + KILLED_AFTER_MS;
      while (Date.now() < until) {
        const name = SMALL[dice.below(SMALL.length)]!;
        const n = dice.below(30);
        if (dice.below(5) === 0) rmSync(at(`${name}/new${n}.csv`), { force: true });
        else writeFileSync(at(`${name}/new${n}.csv`), `${name} ${dice.below(1e6)}`);
        const key = `told/${dice.below(10)}.csv`;
        await put(key, String(dice.below(1e6)));
        await tell(key);
        await put(`listed/${dice.below(10)}.csv`, String(dice.below(1e6)));
        await wait(dice.below(200));
      }
      await up.stop('SIGKILL');
      // while nobody watches
      kills++;
      writeFileSync(at(`small1/down${kills}.csv`), 'down');
      await put(`listed/down${kills}.csv`, 'down');
      up = await startUp(cli, ['--file', 'stagesync.yaml']);
    }

    emulator.faults.set({});
    const flushed = await cli.run(['flush', 'large', ...SMALL, 'told', 'asked']);
    expect(flushed, flushed.stderr + up.text().slice(-3000)).toMatchObject({ status: 0 });
    /** What the Stage has in the folders of all jobs. */
    const there = async (): Promise<(name: string) => Record<string, unknown>> => {
      const all = Object.entries(await snapshotStage(stage));
      return (name) =>
        Object.fromEntries(
          all
            .filter(([path]) => path.startsWith(`${name}/`) && !path.endsWith('/'))
            .map(([path, digest]) => [path.slice(name.length + 1), digest]),
        );
    };
    const files = (folder: string): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(snapshotFolder(at(folder))).filter(([path]) => !path.endsWith('/') && path !== ''),
      );
    const flushedTo = await there();
    for (const name of ['large', ...SMALL, 'asked']) expect(flushedTo(name), name).toEqual(files(name));
    // the schedules go on by themselves
    await vi.waitFor(async () => {
      const now = await there();
      for (const name of ['told', 'listed']) {
        const wanted = [...objects].filter(([key]) => key.startsWith(`${name}/`));
        expect(now(name)).toEqual(
          Object.fromEntries(wanted.map(([key, text]) => [key.slice(name.length + 1), digestOf(text)])),
        );
      }
      expect(files('pulled')).toEqual(files('export'));
    }, PATIENCE);
    // of what never changed, at most what was in flight was sent again
    const large = commits.filter((path) => path.startsWith('large/'));
    expect(large.length).toBeLessThanOrEqual(LARGE_FILES + kills * MOST_IN_FLIGHT);
    const most = Math.max(
      ...Map.groupBy(large, (path) => path)
        .values()
        .map((each) => each.length),
    );
    expect(most).toBeLessThanOrEqual(1 + kills);
    expect(up.text()).not.toContain('unexpected');
    const stopped = await cli.run(['stop']);
    expect(stopped.status, stopped.stderr).toBe(0);
    expect(await up.ended).toBe(0);
  },
  SECONDS * 1000 + 240_000,
);

/** With its close() as what disposes of it. */
async function disposable<Thing extends { close(): Promise<unknown> }>(
  thing: Thing | Promise<Thing>,
): Promise<Thing & AsyncDisposable> {
  const made = await thing;
  return Object.assign(made, {
    [Symbol.asyncDispose]: async () => {
      await made.close();
    },
  });
}
