import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copy, type CopyResult } from '../../src/index.ts';
import { servedStage } from '../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../support/trees/trees.ts';

test('a program copies to a Stage and back, and hears of each file', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const { folder, env: environment } = cli;
  await writeTree(join(folder, 'data'), { 'a.csv': 'a', 'sub/b.csv': 'b' });
  const heard: CopyResult[] = [];
  const onResult = (result: CopyResult): void => void heard.push(result);
  const around = { environment, folder };
  const there = await copy({ from: 'data', to: `${address}/x`, recursive: true, onResult, ...around });
  expect(there).toMatchObject({ copied: 2, bytes: 2, same: 0, kept: 0, failed: 0, isInterrupted: false });
  expect(heard.map(({ kind, from }) => `${kind} ${from}`).sort()).toEqual([
    'copied data/a.csv',
    'copied data/sub/b.csv',
  ]);

  // the example of the documentation
  const { copied, failed } = await copy({
    from: `${address}/x`,
    to: './exports',
    recursive: true,
    ...around,
  });
  expect([copied, failed]).toEqual([2, 0]);
  expect(snapshotFolder(join(folder, 'exports'))).toEqual(snapshotFolder(join(folder, 'data')));
});

test('a stopped copy, a wrong address and a Stage that takes no token reject', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  const around = { environment: cli.env, folder: cli.folder };
  await writeTree(join(cli.folder, 'data'), { 'a.csv': 'a' });
  const draining = AbortSignal.abort();
  await expect(
    copy({ from: 'data', to: address, recursive: true, draining, ...around }),
  ).rejects.toMatchObject({
    code: 'interrupted',
  });
  await expect(copy({ from: 'data', to: 's3://bucket/x', ...around })).rejects.toMatchObject({
    code: 'usage',
  });
  await expect(copy({ from: [], to: address, ...around })).rejects.toMatchObject({ code: 'usage' });
  const env = { ...cli.env, SINGLESTOREDB_MANAGEMENT_TOKEN: 'wrong' };
  await expect(copy({ from: 'data/a.csv', to: address, ...around, environment: env })).rejects.toMatchObject({
    code: 'stage_unauthorised',
  });
});
