import { rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const call = { signal: new AbortController().signal };

test('--atomic: a file takes its name by a move from a hidden folder outside the target, which is gone afterwards', async () => {
  const seen: string[] = [];
  await using stage = await servedStage({
    onRequest: (phase, { kind, path, verb }) => {
      if (phase === 'received' && (kind === 'putFile' || kind === 'move')) seen.push(`${verb} ${path}`);
    },
  });
  const { cli, address, destination } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/sub/b.csv': 'b' });
  const run = await commandInside(cli, ['sync', 'data', address, '--json', '--atomic']);
  expect(run).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 2 } });
  expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
  expect(seen.filter((line) => line.startsWith('PUT'))).toEqual([
    expect.stringMatching(/^PUT \.stagesync-/),
    expect.stringMatching(/^PUT \.stagesync-/),
  ]);
  expect(seen.filter((line) => line.startsWith('PATCH'))).toHaveLength(2);
  const top = [...((await destination.listFolder('', call)) ?? [])];
  expect(top.map(({ name }) => name)).toEqual(['target']);
});

test('--publish-set: nothing appears when a part of the set cannot be uploaded; then all of it, and the marker last', async () => {
  const order: string[] = [];
  await using stage = await servedStage({
    onRequest: (phase, { kind, path }) => {
      if (phase === 'committed' && (kind === 'putFile' || kind === 'move')) order.push(path);
    },
  });
  const { cli, address, emulator } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b'.repeat(5000) });
  const flags = ['--atomic', '--publish-set', '--marker', '_DONE', '--json'];
  emulator.behaviour.set({ fileLimitBytes: 1000 });
  const failed = await commandInside(cli, ['sync', 'data', address, ...flags]);
  expect(failed.status).toBe(3);
  expect(Object.keys(await stage.snapshot())).toEqual([]);

  emulator.behaviour.set({ fileLimitBytes: null });
  const whole = await commandInside(cli, ['sync', 'data', address, ...flags]);
  expect(whole).toMatchObject({ status: 0, report: { uploaded: 2 } });
  expect(Object.keys(await stage.snapshot()).sort()).toEqual(['_DONE', 'a.csv', 'b.csv']);
  expect(order.at(-1)).toBe('target/_DONE');
  const again = await commandInside(cli, ['sync', 'data', address, '--mirror', ...flags]);
  expect(again).toMatchObject({ status: 0, report: { uploaded: 0, removed: 0 } });
});

test('a Stage that refuses to overwrite gets the new versions all the same', async () => {
  await using stage = await servedStage({ behaviour: { putOverExisting: 409 } });
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  await commandInside(cli, ['sync', 'data', address]);
  await writeTree(cli.folder, { 'data/a.csv': 'changed', 'data/b.csv': 'changed too' });
  const run = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(run).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 2 } });
  expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
});

test('--trust-ledger sends nothing when nothing changed, and does not see what others did', async () => {
  await using stage = await servedStage();
  const { cli, address, destination } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  await commandInside(cli, ['sync', 'data', address]);
  await destination.remove('target/b.csv', call);
  const idle = await commandInside(cli, ['sync', 'data', address, '--json', '--trust-ledger']);
  expect(idle.report).toMatchObject({ outcome: 'clean', requests: 0, uploaded: 0 });
  await writeFile(join(cli.folder, 'data/a.csv'), 'changed');
  const edited = await commandInside(cli, ['sync', 'data', address, '--json', '--trust-ledger']);
  expect(actionsOf(edited)).toEqual(['upload a.csv changed']);
  expect(actionsOf(await commandInside(cli, ['sync', 'data', address, '--json']))).toEqual([
    'upload b.csv missing',
  ]);
});

test('links are left out with a warning and status 0; --follow-symlinks takes what they lead to', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'elsewhere/b.csv': 'b' });
  await symlink('../elsewhere', join(cli.folder, 'data/link'));
  const left = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(left).toMatchObject({ status: 0, report: { outcome: 'warnings', uploaded: 1, skipped: 1 } });
  expect(left.stderr).toMatch(/warning: link: [^\n]*--follow-symlinks/);
  const followed = await commandInside(cli, ['sync', 'data', address, '--json', '--follow-symlinks']);
  expect(followed).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 1 } });
  expect(Object.keys(await stage.snapshot())).toContain('link/b.csv');
});

test('--no-moves uploads a renamed file anew', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'content' });
  await commandInside(cli, ['sync', 'data', address]);
  await rename(join(cli.folder, 'data/a.csv'), join(cli.folder, 'data/b.csv'));
  const run = await commandInside(cli, ['sync', 'data', address, '--json', '--no-moves', '--delete']);
  expect(actionsOf(run)).toEqual(['remove a.csv gone_from_source', 'upload b.csv new']);
});
