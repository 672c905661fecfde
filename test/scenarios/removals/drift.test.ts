import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const { signal } = new AbortController();
const call = { signal };

test('what others replaced or deleted on Stage is put right, and what they added stays', async () => {
  await using stage = await servedStage();
  const { cli, address, destination } = stage;
  await writeTree(cli.folder, {
    'data/a.csv': 'aaaa',
    'data/b.csv': 'b',
    'data/c.csv': 'c',
    'data/d.csv': 'd',
  });
  await commandInside(cli, ['sync', 'data', address]);

  await setTimeout(1100); // a change of equal size shows in its time only, and Stage's times may be whole seconds
  const put = (path: string, text: string) =>
    destination.put(`target/${path}`, { size: text.length, bytes: Buffer.from(text) }, call);
  await put('a.csv', 'same');
  await put('b.csv', 'longer than before');
  await put('added.csv', 'theirs');
  await destination.remove('target/c.csv', call);

  const run = await commandInside(cli, ['sync', 'data', address, '--json', '--delete']);
  expect(actionsOf(run)).toEqual(['upload a.csv drifted', 'upload b.csv drifted', 'upload c.csv missing']);
  const { 'added.csv': added, ...ours } = await stage.snapshot();
  expect(added).toBeDefined();
  expect(ours).toEqual(snapshotFolder(join(cli.folder, 'data')));
});

test('a deleted ledger changes nothing on Stage: the next run adopts what it finds', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/sub/b.csv': 'b', 'data/empty.csv': '' });
  const old = new Date(Date.now() - 3_600_000);
  for (const name of ['a.csv', 'sub/b.csv', 'empty.csv'])
    await utimes(join(cli.folder, 'data', name), old, old);
  await commandInside(cli, ['sync', 'data', address]);
  const before = [await stage.snapshot(), stage.changingRequests()];

  for (const file of await readdir(cli.stateFolder)) await rm(join(cli.stateFolder, file));
  const run = await commandInside(cli, ['sync', 'data', address, '--json', '--delete']);
  expect(run.report).toMatchObject({ outcome: 'clean', adopted: 3, uploaded: 0, removed: 0 });
  expect([await stage.snapshot(), stage.changingRequests()]).toEqual(before);
  const again = await commandInside(cli, ['sync', 'data', address, '--json']);
  expect(again.report).toMatchObject({ adopted: 0, unchanged: 3 });
});

test('--compare content finds at the first meeting what size and time hide', async () => {
  await using stage = await servedStage();
  const { cli, address, destination } = stage;
  await writeTree(cli.folder, { 'data/a.csv': 'ours', 'data/b.csv': 'equal' });
  const old = new Date(Date.now() - 3_600_000);
  for (const name of ['a.csv', 'b.csv']) await utimes(join(cli.folder, 'data', name), old, old);
  await destination.makeFolder('target/', call);
  await destination.put('target/a.csv', { size: 4, bytes: Buffer.from('them') }, call);
  await destination.put('target/b.csv', { size: 5, bytes: Buffer.from('equal') }, call);
  const run = await commandInside(cli, ['sync', 'data', address, '--json', '--compare', 'content']);
  expect(actionsOf(run)).toEqual(['upload a.csv differs']);
  expect(run.report).toMatchObject({ adopted: 1, uploaded: 1 });
});
