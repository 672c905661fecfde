import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

/** A job "orders" with a filter, whose profile alone knows the token. */
async function orders() {
  const stage = await servedStage();
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const { cli, deployment, emulator } = stage;
  await mkdir(join(cli.folder, 'data', 'deep'), { recursive: true });
  await writeFile(join(cli.folder, 'data', 'deep', 'a.csv'), '1,a\n');
  await writeFile(join(cli.folder, 'data', 'notes.txt'), 'x');
  await writeFile(join(cli.folder, 'token'), emulator.token);
  await writeFile(
    join(cli.folder, 'jobs.yaml'),
    `profiles: { p: { token_file: token } }
jobs:
  orders:
    from: data
    to: stage://${deployment}/target
    profile: p
    what: { filters: [{ exclude: "*.txt" }] }
`,
  );
  const env = { SINGLESTOREDB_MANAGEMENT_TOKEN: '' };
  const run = (...args: readonly string[]) => commandInside(cli, args, { env });
  return { cli, run };
}

const FILE = ['--file', 'jobs.yaml'] as const;

test('check, plan, status and explain know a job by its name', async () => {
  const { cli, run } = await orders();
  expect(await run('plan', 'orders', '-o', 'plan.json', ...FILE)).toMatchObject({ status: 0 });
  const plan = await readFile(join(cli.folder, 'plan.json'), 'utf8');
  expect(plan).toContain('"path":"deep/a.csv"');
  expect(plan).not.toContain('notes.txt');
  expect(plan).not.toMatch(/"profile"|"name"/);

  expect(await run('run', 'orders', ...FILE)).toMatchObject({ status: 0 });
  expect(await run('check', 'orders', ...FILE)).toMatchObject({ status: 0 });
  await writeFile(join(cli.folder, 'data', 'deep', 'b.csv'), '2,b\n');
  const changed = await run('check', 'orders', ...FILE);
  expect(changed).toMatchObject({ status: 8 });
  expect(changed.stdout).toContain('deep/b.csv');
  expect(changed.stdout).not.toContain('notes.txt');
  expect((await run('status', 'orders')).stdout).toContain('orders');
  const explained = await run('explain', 'orders', 'deep/a.csv');
  expect(explained).toMatchObject({ status: 0 });
  expect(explained.stdout).toContain('deep/a.csv: synced (new)');
});

test('the plan of a job is applied as the job may, without a flag where its file is found', async () => {
  const { cli, run } = await orders();
  expect(await run('plan', 'orders', '-o', 'plan.json', ...FILE)).toMatchObject({ status: 0 });
  // nothing else knows the token
  expect(await run('apply', 'plan.json')).toMatchObject({ status: 2 });
  await rename(join(cli.folder, 'jobs.yaml'), join(cli.folder, 'stagesync.yaml'));
  expect(await run('trust', '--yes')).toMatchObject({ status: 0 });
  const applied = await run('apply', 'plan.json', '--json');
  expect(applied, applied.stderr).toMatchObject({ status: 0, report: { uploaded: 1 } });
  expect((await run('status', 'orders')).stdout).toContain('orders');
});

test('a plan names its job and nothing that the job may: one that goes elsewhere than the job does is refused', async () => {
  const { cli, run } = await orders();
  await run('plan', 'orders', '-o', 'plan.json', ...FILE);
  const plan = await readFile(join(cli.folder, 'plan.json'), 'utf8');
  const apply = async (from: string, to: string) => {
    expect(plan).toContain(from);
    await writeFile(join(cli.folder, 'other.json'), plan.replaceAll(from, to));
    return run('apply', 'other.json', ...FILE);
  };
  expect(await apply('/target', '/elsewhere')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/was made for the job "orders" .*: make a new plan/),
  });
  expect(await apply('/data"', '/data/deep"')).toMatchObject({ status: 2 });
  expect(await apply('"ofJob":"orders"', '"ofJob":"others"')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('which jobs.yaml does not have'),
  });
});

test('the limit of removals of a job holds for its plan, unless a flag says another', async () => {
  const { cli, run } = await orders();
  expect(await run('run', 'orders', ...FILE)).toMatchObject({ status: 0 });
  const file = join(cli.folder, 'jobs.yaml');
  const limited = (await readFile(file, 'utf8')).replace(
    'what: {',
    'max_delete: 0\n    what: { removal: ours,',
  );
  await writeFile(file, limited);
  await writeFile(join(cli.folder, 'data', 'kept.csv'), '1');
  await rm(join(cli.folder, 'data', 'deep'), { recursive: true });
  expect(await run('plan', 'orders', '-o', 'plan.json', '--max-delete', '10', ...FILE)).toMatchObject({
    status: 0,
  });
  expect(await run('apply', 'plan.json', ...FILE)).toMatchObject({ status: 4 });
  expect(await run('apply', 'plan.json', '--max-delete', '10', ...FILE)).toMatchObject({ status: 0 });
});

test('flags of plan count before the file, and its defaults do not', async () => {
  const { cli, run } = await orders();
  await run('plan', 'orders', '-o', 'plan.json', '--exclude', 'deep/', ...FILE);
  const plan = await readFile(join(cli.folder, 'plan.json'), 'utf8');
  expect(plan).toContain('"path":"notes.txt"');
  expect(plan).not.toContain('a.csv"');
});

test.each([
  [
    ['plan', 'ordrs', '-o', 'x', ...FILE],
    'there is no job ordrs; did you mean "orders"? One word is the name of a job',
  ],
  [['check', 'data'], 'One word is the name of a job: for two places write both'],
])('%j: one word that is no job is told what it could be', async (args, told) => {
  const { run } = await orders();
  const { status, stderr } = await run(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(told);
});
