import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { writeTree } from '../../support/trees/trees.ts';

test('a dry run says what a run would do, with its cost, and sends no changing request', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b', 'data/c.csv': 'c', 'data/d.csv': 'd' });
  await commandInside(cli, ['sync', 'data', address]);
  await writeTree(cli.folder, { 'data/a.csv': 'changed', 'data/sub/new.csv': 'new' });
  await rm(join(cli.folder, 'data/b.csv'));
  const before = [stage.changingRequests(), await stage.snapshot()];

  const text = await commandInside(cli, ['sync', 'data', address, '--delete', '--dry-run']);
  expect(text.status).toBe(0);
  const lines = text.stdout.split('\n');
  expect(lines).toContain('would upload  a.csv  (changed, 7 B)');
  expect(lines).toContain('would upload  sub/new.csv  (new, 3 B)');
  expect(lines).toContain('would remove  b.csv  (gone from the source)');
  expect(lines).toContain('would create  sub/  (new)');
  expect(text.stdout).toMatch(/would be +2 uploads \(10 B\), 1 removal, 1 new folder; \d+ calls, about /);

  const json = await commandInside(cli, ['sync', 'data', address, '--delete', '--dry-run', '--json']);
  expect(json.report).toMatchObject({ dryRun: true, outcome: 'clean', uploaded: 0, removed: 0 });
  expect(json.events.filter(({ type }) => type === 'planned')).toHaveLength(4);
  expect([stage.changingRequests(), await stage.snapshot()]).toEqual(before);

  const real = await commandInside(cli, ['sync', 'data', address, '--delete', '--json']);
  expect(real.report).toMatchObject({ uploaded: 2, removed: 1, foldersCreated: 1 });
});

test('a dry run to a folder that does not exist yet does not make it', async () => {
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { 'data/a.csv': 'a' });
  const run = await commandInside(stage.cli, ['sync', 'data', stage.address, '-n']);
  expect(run.status).toBe(0);
  expect(stage.changingRequests()).toBe(0);
});

test('a dry run of a pair that was never synced leaves no trace of it', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a' });
  expect((await commandInside(cli, ['sync', 'data', address, '--dry-run'])).status).toBe(0);
  expect((await commandInside(cli, ['plan', 'data', address, '-o', 'plan.json'])).status).toBe(0);
  expect(existsSync(cli.stateFolder)).toBe(false);
  expect((await commandInside(cli, ['status'])).status).toBe(3);

  await commandInside(cli, ['sync', 'data', address]);
  await commandInside(cli, ['sync', 'data', address, '--dry-run']);
  const { stdout } = await commandInside(cli, ['status', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ runs: [{ outcome: 'clean' }] });
});

test('a dry run counts the folders below DEST, as the report of the run does, and every call the run makes', async () => {
  await using stage = await servedStage();
  const { cli, deployment } = stage;
  const address = `stage://${deployment}/not/there/yet`;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/sub/deep/b.csv': 'b' });
  const { events } = await commandInside(cli, ['sync', 'data', address, '--dry-run', '--json']);
  const plan = events.find((event) => event.type === 'plan');
  const run = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(plan?.cost).toMatchObject({ uploads: 2, foldersCreated: 2, calls: 9 });
  expect(run.report).toMatchObject({ uploaded: 2, foldersCreated: 2 });
  // beside them the run looks for DEST: each folder on the way until one is missing
  expect(run.report.requests).toBe(9 + 2);
});

test('a guard refuses a dry run as it would refuse the run', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  await commandInside(cli, ['sync', 'data', address]);
  await rm(join(cli.folder, 'data/a.csv'));
  await rm(join(cli.folder, 'data/b.csv'));
  expect((await commandInside(cli, ['sync', 'data', address, '--delete', '-n'])).status).toBe(4);
});
