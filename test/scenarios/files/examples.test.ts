import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createStageClient } from '../../../src/stage/stage-client.ts';
import { createStageDestination } from '../../../src/destinations/stage/stage-destination.ts';
import { fill } from '../../support/stage/filled-stage.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { snapshotStage } from '../../support/trees/trees.ts';

const ROOT = join(import.meta.dirname, '../../..');
const example = /```ts\n([^`]+)```/.exec(readFileSync(join(ROOT, 'docs/files/changing.md'), 'utf8'))![1]!;

test('the example for programs in docs/files/changing.md does what it says', async () => {
  await using stage = await servedStage();
  const { cli, emulator, deployment } = stage;
  const { url: baseUrl, token } = emulator;
  const whole = createStageDestination({
    client: await createStageClient({ baseUrl, token, deployment }),
    root: '',
  });
  await fill(whole, { 'data/a.tmp': '1', 'data/b.csv': '2', 'in/a.csv': '3', 'in/b.csv': '4' });
  const program = example.replace(`'stagesync'`, JSON.stringify(join(ROOT, 'src/index.ts')));
  await writeFile(
    join(cli.folder, 'example.mts'),
    `${program}\nconsole.log(JSON.stringify({ report, error }));`,
  );
  const child = spawn(process.execPath, ['example.mts'], {
    cwd: cli.folder,
    env: { ...cli.env, SINGLESTOREDB_WORKSPACE_GROUP: deployment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(JSON.parse(said)).toMatchObject({ report: { dryRun: true, removed: 1, outcome: 'clean' } });
  expect(Object.keys(await snapshotStage(whole)).toSorted()).toEqual([
    'data/',
    'data/a.tmp',
    'data/b.csv',
    'done/',
    'done/a.csv',
    'done/b.csv',
    'in/',
  ]);
  await whole.close();
});
