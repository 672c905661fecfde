import { createHmac } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { startUp } from '../../support/cli/up.ts';
import { sendText, startLoopbackServer, type LoopbackServer } from '../../support/network/loopback-server.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const KEY = Buffer.alloc(24, 3);
const PATIENCE = { timeout: 30_000, interval: 50 };

interface Told {
  readonly type: string;
  readonly data: {
    readonly job: string;
    readonly run: {
      readonly id: string;
      readonly outcome: string;
      readonly error?: { readonly code: string };
    };
  };
}

const toldTo = ({ seen }: LoopbackServer): Told[] =>
  seen.filter(({ url }) => url === '/hook').map(({ body }) => JSON.parse(body.toString()) as Told);

const hook = (): Promise<LoopbackServer> => startLoopbackServer((_, response) => sendText(response, 204, ''));

async function writeFiles({ cli, address }: ServedStage, url: string, more: string): Promise<void> {
  await writeTree(cli.folder, {
    'data/a.csv': 'a',
    secret: `whsec_${KEY.toString('base64')}\n`,
    'stagesync.yaml': `jobs:
  orders:
    from: data
    to: ${address}
    ${more}
    notify:
      - { on: [failure, recovery, halted], webhook: "${url}/hook", secret_file: secret }
      - { heartbeat: "${url}/beat" }
`,
  });
}

const FILE = ['--file', 'stagesync.yaml'];

test('run tells of a failure and of the recovery, signed, and waits for what is told', async () => {
  await using stage = await servedStage();
  await using server = await hook();
  const { cli } = stage;
  await writeFiles(stage, server.url, 'history: 30d');
  stage.emulator.faults.set({ rules: [{ verb: 'PUT', fault: 'status', status: 400 }] });
  expect((await commandInside(cli, ['run', ...FILE])).status).toBe(3);
  stage.emulator.faults.set({ rules: [] });
  expect((await commandInside(cli, ['run', ...FILE, '--dry-run'])).status).toBe(0);
  expect((await commandInside(cli, ['run', ...FILE])).status).toBe(0);
  await rm(join(cli.folder, 'data'), { recursive: true });
  expect((await commandInside(cli, ['run', ...FILE])).status).not.toBe(0);
  const told = toldTo(server);
  expect(told.map(({ type }) => type)).toEqual(['job.failure', 'job.recovery', 'job.failure']);
  expect(told[2]!.data.run.error).toMatchObject({ code: 'source_missing' });
  for (const { headers, body, url } of server.seen.filter((each) => each.url === '/hook')) {
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body.toString()}`;
    const expected = createHmac('sha256', KEY).update(signed).digest('base64');
    expect(headers['webhook-signature'], url).toBe(`v1,${expected}`);
  }
  expect(server.seen.filter(({ url }) => url === '/beat')).toHaveLength(1);
  // the run that was told of is the one that is remembered, by the name of its job
  const { stdout } = await commandInside(cli, ['logs', 'orders', '--json']);
  const ids = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect(told.slice(0, 2).map(({ data }) => data.run.id)).toEqual(ids.slice(0, 2));
  const status = await commandInside(cli, ['status', 'orders']);
  expect(status.stdout).toMatch(/^orders: .*data -> stage:/);
});

test('a receiver that is away does not change how a run ends, and is named without its path', async () => {
  await using stage = await servedStage();
  await using server = await startLoopbackServer((_, response) => sendText(response, 500, ''));
  await writeFiles(stage, server.url, '');
  const { status, stderr } = await commandInside(stage.cli, ['run', ...FILE]);
  expect(status).toBe(0);
  expect(stderr).toContain(`orders: the heartbeat at ${server.url} did not get a notice: it answered 500`);
  expect(stderr).not.toContain('/beat');
});

test('the daemon tells of a watch that halts and recovers, and its ledger travels with it', async () => {
  await using stage = await servedStage();
  await using server = await hook();
  const { cli } = stage;
  await writeFiles(stage, server.url, 'watch: true');
  const up = await startUp(cli, [...FILE, '--ledger-copy', 'copies']);
  await vi.waitFor(() => expect(server.seen.some(({ url }) => url === '/beat')).toBe(true), PATIENCE);
  await rm(join(cli.folder, 'data'), { recursive: true });
  await vi.waitFor(() => expect(toldTo(server).map(({ type }) => type)).toContain('job.halted'), PATIENCE);
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  await vi.waitFor(() => expect(toldTo(server).map(({ type }) => type)).toContain('job.recovery'), PATIENCE);
  expect(await up.stop()).toBe(0);
  const told = toldTo(server).map(({ type }) => type);
  expect(told.filter((type) => type === 'job.failure')).toHaveLength(1);
  // on a machine whose disk is new, all of it is ours
  await writeFile(join(cli.folder, 'data/b.csv'), 'changed');
  const next = await commandInside(
    cli,
    ['sync', 'data', stage.address, '--ledger-copy', 'copies', '--json'],
    { env: { XDG_STATE_HOME: join(cli.folder, 'fresh') } },
  );
  expect(next.report).toMatchObject({ uploaded: 1, unchanged: 1, adopted: 0 });
});
