import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CliResult } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { CONDITIONAL_ENV, startConditionalObjects } from '../../support/s3/conditional-objects.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

const NOTHING: Readonly<Record<string, string>> = {};

/** A container: the command line with a state folder that is gone afterwards. */
let machines = 0;
async function onFreshMachine(
  stage: ServedStage,
  args: readonly string[],
  env: Readonly<Record<string, string>> = NOTHING,
): Promise<CliResult> {
  const state = join(stage.cli.folder, `state-${++machines}`);
  try {
    // the AWS SDK looks at the environment of its process
    const options = { env: { ...env, XDG_STATE_HOME: state } };
    return await (env === NOTHING ? commandInside(stage.cli, args, options) : stage.cli.run(args, options));
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

const filesOf = async (stage: ServedStage): Promise<string[]> =>
  Object.keys(await stage.snapshot()).filter((path) => !path.endsWith('/'));

async function removesOursAndKeepsOthers(
  stage: ServedStage,
  copy: string,
  env: Readonly<Record<string, string>> = NOTHING,
): Promise<void> {
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/kept.csv': 'k', 'data/goes.csv': 'g' });
  const sync = ['sync', 'data', address, '--delete', '--ledger-copy', copy, '--json'];
  expect((await onFreshMachine(stage, sync, env)).status).toBe(0);
  await writeTree(cli.folder, { 'theirs/theirs.csv': 't' });
  expect((await onFreshMachine(stage, ['sync', 'theirs', address])).status).toBe(0);
  await rm(join(cli.folder, 'data/goes.csv'));
  const dry = await onFreshMachine(stage, [...sync, '--dry-run'], env);
  expect(dry.events.filter(({ type }) => type === 'planned')).toMatchObject([
    { kind: 'remove', path: 'goes.csv' },
  ]);
  const { report, status } = await onFreshMachine(stage, sync, env);
  expect([status, report.removed, report.adopted]).toEqual([0, 1, 0]);
  expect(await filesOf(stage)).toEqual(['kept.csv', 'theirs.csv']);
}

test('without a copy a machine whose disk is gone knows nothing as its own: --delete removes nothing', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/kept.csv': 'k', 'data/goes.csv': 'g' });
  await onFreshMachine(stage, ['sync', 'data', address, '--delete']);
  await rm(join(cli.folder, 'data/goes.csv'));
  const { report } = await onFreshMachine(stage, ['sync', 'data', address, '--delete', '--json']);
  expect(report).toMatchObject({ removed: 0, adopted: 1 });
});

test('with a copy in a directory, --delete removes what an earlier machine put, and leaves what others put', async () => {
  await using stage = await servedStage();
  await removesOursAndKeepsOthers(stage, 'copies');
  expect(readdirSync(join(stage.cli.folder, 'copies')).map((name) => name.replace(/.*\./, ''))).toEqual([
    'lease',
    'ledger',
  ]);
});

test('with a copy in a bucket too', async () => {
  await using stage = await servedStage();
  await using bucket = await startConditionalObjects();
  const env = { ...CONDITIONAL_ENV, AWS_ENDPOINT_URL: bucket.url };
  await removesOursAndKeepsOthers(stage, 's3://ledgers/of/jobs', env);
  expect([...bucket.objects.keys()].every((key) => key.startsWith('/ledgers/of/jobs/'))).toBe(true);
  expect(bucket.objects.size).toBe(2);
});

test('a bucket of a server that ignores conditions is refused before anything is changed', async () => {
  await using stage = await servedStage();
  await using bucket = await startConditionalObjects();
  bucket.ignoresConditions = true;
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const refused = await onFreshMachine(
    stage,
    ['sync', 'data', stage.address, '--ledger-copy', 's3://ledgers'],
    { ...CONDITIONAL_ENV, AWS_ENDPOINT_URL: bucket.url },
  );
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('conditional writes')]);
  expect(stage.changingRequests()).toBe(0);
});

test('two runs at once on two machines: the second changes nothing and says who is at work', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  const sync = ['sync', 'data', address, '--ledger-copy', 'copies', '--json'];
  stage.emulator.faults.set({ rules: [{ verb: 'PUT', nth: 1, fault: 'delay', latency: 1500 }] });
  const first = onFreshMachine(stage, sync);
  await expect.poll(() => stage.changingRequests(), { timeout: 10_000 }).toBeGreaterThan(0);
  const sent = stage.changingRequests();
  const second = await onFreshMachine(stage, sync);
  expect([second.status, second.report.outcome]).toEqual([6, 'refused']);
  expect(second.stderr).toMatch(/another run works on this source and destination: "stagesync sync" on /);
  expect((await first).status).toBe(0);
  expect(stage.changingRequests()).toBeGreaterThanOrEqual(sent);
  expect((await onFreshMachine(stage, sync)).report).toMatchObject({ unchanged: 2, uploaded: 0, adopted: 0 });
});

test('a run that is killed before its ledger is put back: the next adopts what it did, and removes none of it', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const sync = ['sync', 'data', address, '--delete', '--ledger-copy', 'copies', '--json'];
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  await onFreshMachine(stage, sync);
  await writeTree(cli.folder, { 'data/b.csv': 'b', 'data/c.csv': 'c' });
  stage.emulator.faults.set({ rules: [{ verb: 'PUT', path: '/target/c.csv', fault: 'stall' }] });
  const killed = await cli.run(sync, {
    env: { XDG_STATE_HOME: join(cli.folder, 'killed') },
    running: (child) => {
      const asked = setInterval(() => {
        if (stage.emulator.counters.read().changing < 3) return;
        clearInterval(asked);
        child.kill('SIGKILL');
      }, 20);
      child.once('exit', () => clearInterval(asked));
    },
  });
  expect(killed.status).toBe(137);
  stage.emulator.faults.set({ rules: [] });
  expect((await onFreshMachine(stage, sync)).status).toBe(6);
  // the lease of the killed run runs out, or somebody takes it away as the message says
  const lease = readdirSync(join(cli.folder, 'copies')).find((name) => name.endsWith('.lease'))!;
  await rm(join(cli.folder, 'copies', lease));
  await rm(join(cli.folder, 'data/b.csv'));
  const next = await onFreshMachine(stage, sync);
  expect([next.status, next.report.removed]).toEqual([0, 0]);
  expect(await filesOf(stage)).toEqual(['a.csv', 'b.csv', 'c.csv']);
});

test('a copy inside the source is refused', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  for (const copy of ['data', 'data/copies', 'ftp://x']) {
    const { status, stderr } = await onFreshMachine(stage, [
      'sync',
      'data',
      stage.address,
      '--ledger-copy',
      copy,
    ]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--ledger-copy')]);
  }
  expect(readdirSync(join(stage.cli.folder, 'data'))).toEqual(['a.csv']);
});
