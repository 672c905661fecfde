import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';

const HINT = '  source     it has no file to sync: see whether its address and the filters are right';

test('a source without a file is told, also where nothing else is wrong', async () => {
  await using stage = await servedStage();
  const { cli, address } = stage;
  await mkdir(join(cli.folder, 'typo'));
  const sync = (...flags: string[]) => commandInside(cli, ['sync', 'typo', `${address}/in`, ...flags]);
  const first = await sync();
  expect(first.status).toBe(0);
  expect(first.stdout.split('\n')).toEqual(expect.arrayContaining(['In sync, with an empty source', HINT]));
  expect((await sync('--dry-run')).stdout).toContain(HINT);
  expect((await sync('--json')).report).toMatchObject({ outcome: 'clean', emptySource: true });

  await writeFile(join(cli.folder, 'typo', 'a.txt'), 'a');
  const left = await sync('--exclude', '*.txt');
  expect(left.stdout).toContain(HINT);
  const sent = await sync();
  expect(sent.stdout).not.toContain('no file to sync');
  expect((await sync('--json')).report).not.toHaveProperty('emptySource');

  await rm(join(cli.folder, 'typo', 'a.txt'));
  const removed = await sync('--delete', '--force', 'empty-source');
  expect(removed.stdout).toMatch(
    /In sync, with an empty source\n.*no file to sync.*\n {2}changed {4}1 removed/,
  );
  const pulled = await commandInside(cli, ['pull', `${address}/in`, 'here']);
  expect(pulled.stdout).toContain(HINT);
});
