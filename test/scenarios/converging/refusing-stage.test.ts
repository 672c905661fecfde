import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pairs } from '../../support/cli/nightly.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { REMOVING, sharedTarget, type Mode, type SharedTarget } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const TREE = ['dir', 'other', 'third'].flatMap((folder) =>
  ['1', '2', '3', '4', 'sub/5', 'sub/6', 'sub/deep/7'].map((name) => `${folder}/${name}`),
);

async function inStep(behaviour: Parameters<typeof sharedTarget>[0]): Promise<SharedTarget> {
  const target = await sharedTarget(behaviour);
  target.ours('a.csv', ...TREE);
  await target.run();
  return target;
}

/** What the source has, as Stage should show it. */
async function wanted(target: SharedTarget): Promise<Record<string, string>> {
  const { signal } = new AbortController();
  const found: Record<string, string> = {};
  for await (const batch of target.source.list({
    filter: { excludes: () => false, prunes: () => false },
    signal,
  }))
    for (const entry of batch)
      if (entry.kind === 'file') {
        const content = await target.source.read(entry, { signal });
        if ('bytes' in content) found[entry.path] = Buffer.from(content.bytes).toString();
      }
  return found;
}

async function expectConverged(target: SharedTarget, mode: Mode): Promise<void> {
  const run = await target.run(mode);
  expect(['clean', 'warnings']).toContain(run.outcome);
  expect(await target.contents()).toEqual(await wanted(target));
  expect(await target.hidden()).toEqual([]);
  expect((await target.run(mode)).actions).toEqual([]);
}

const EDITS: Readonly<Record<string, (target: SharedTarget) => void>> = {
  'a folder moves': ({ source }) => source.move('dir/', 'moved/'),
  'a folder moves into another': ({ source }) => source.move('dir/', 'other/dir/'),
  'a folder moves into itself': ({ source }) => {
    source.move('dir/', 'aside/');
    source.move('aside/', 'dir/dir/');
  },
  'two folders swap names': ({ source }) => {
    source.move('dir/', 'aside/');
    source.move('other/', 'dir/');
    source.move('aside/', 'other/');
  },
  'three folders rotate': ({ source }) => {
    source.move('dir/', 'aside/');
    source.move('other/', 'dir/');
    source.move('third/', 'other/');
    source.move('aside/', 'third/');
  },
  'a folder goes': ({ source }) => source.remove('dir/'),
  'a folder becomes a file': ({ source }) => {
    source.remove('dir/');
    source.write('dir', 'a file now');
  },
  'a file becomes the folder that moved': ({ source }) => {
    source.remove('a.csv');
    source.move('dir/', 'a.csv/');
  },
  'a folder moves and one goes': ({ source }) => {
    source.move('dir/', 'moved/');
    source.remove('other/');
  },
};

const STAGES = {
  'refuses moves of folders (409)': { moveFolder: 409 },
  'refuses moves of folders (400)': { moveFolder: 400 },
  'refuses moves of folders (501)': { moveFolder: 501 },
  'deletes only empty folders (409)': { removeFullFolder: 409 },
  'deletes only empty folders (400)': { removeFullFolder: 400 },
  'refuses both': { moveFolder: 409, removeFullFolder: 409 },
  'refuses both, and to replace files': { moveFolder: 409, removeFullFolder: 409, putOverExisting: 409 },
  'replaces files by moves': { moveOverExisting: 'overwrite' },
  'gives what is moved a new time': { moveTouches: true },
} as const;

const STAGE_NAMES = Object.keys(STAGES) as (keyof typeof STAGES)[];

test.each(pairs(STAGE_NAMES, Object.keys(EDITS), 3))(
  'on a Stage that %s %s: it converges in one run, and the next has nothing to do',
  async (name, edit) => {
    await using target = await inStep({ behaviour: STAGES[name] });
    EDITS[edit]!(target);
    await expectConverged(target, { removal: 'ours' });
  },
);

describe.each(Object.entries(REMOVING))('a Stage that refuses both, %s', (_, mode) => {
  test('it converges in one run', async () => {
    await using target = await inStep({ behaviour: { moveFolder: 409, removeFullFolder: 409 } });
    EDITS['a folder moves and one goes']!(target);
    await expectConverged(target, mode);
    EDITS['a folder becomes a file']!(target);
    target.source.move('third/', 'dir2/');
    await expectConverged(target, mode);
  });
});

test('without --delete a folder move that is refused goes file by file, too', async () => {
  await using target = await inStep({ behaviour: { moveFolder: 409 } });
  target.source.move('dir/', 'moved/');
  const run = await target.run();
  expect(run.report).toMatchObject({ moved: 7, uploaded: 0, failed: 0 });
  expect((await target.run()).actions).toEqual([]);
});

test('the refusal is learnt for the run: not every folder is tried, and it is told once', async () => {
  await using target = await inStep({ behaviour: { moveFolder: 409 } });
  const folders = Array.from({ length: 12 }, (_, i) => `f${i}`);
  target.ours(...folders.flatMap((folder) => [1, 2, 3].map((name) => `${folder}/${name}`)));
  await target.run();
  for (const folder of folders) target.source.move(`${folder}/`, `moved-${folder}/`);
  target.source.remove('third/');
  let tried = 0;
  target.onRequest = (phase, { kind, path }) => {
    if (phase === 'received' && kind === 'move' && path.endsWith('/')) tried++;
  };
  const run = await target.run({ removal: 'ours', concurrency: 1 });
  expect(run.problems).toEqual(['warning folder_moves_refused ']);
  expect(run.report).toMatchObject({ moved: 36, uploaded: 0, failed: 0 });
  expect(tried).toBeLessThan(folders.length);
  // the next run learns it anew
  target.source.move('dir/', 'again/');
  const next = await target.run({ removal: 'ours' });
  expect(next.problems).toEqual(['warning folder_moves_refused ']);
  expect(next.report).toMatchObject({ moved: 7, uploaded: 0 });
});

test('a name that somebody took is no refusal of folder moves', async () => {
  await using target = await inStep({});
  target.source.move('dir/', 'moved/');
  target.source.move('other/', 'moved too/');
  target.onRequest = async (phase, { kind, path }) => {
    if (phase !== 'received' || kind !== 'move' || path !== 'target/dir/') return;
    target.onRequest = undefined;
    await target.theirs('moved/');
  };
  const run = await target.run({ removal: 'ours' });
  expect(run.problems).not.toContain('warning folder_moves_refused ');
  expect(await target.contents()).toEqual(await wanted(target));
});

test('the command on a Stage that refuses both: one warning, status 0, equal after one run, nothing to do in the next', async () => {
  await using stage = await servedStage({ behaviour: { moveFolder: 409, removeFullFolder: 409 } });
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, Object.fromEntries(TREE.map((path) => [path, path])));
  await commandInside(cli, ['sync', 'data', address]);
  await rename(join(data, 'dir'), join(data, 'moved'));
  await rm(join(data, 'other'), { recursive: true });
  const run = await cli.run(['sync', 'data', address, '--delete', '--atomic']);
  expect(run.status).toBe(0);
  expect(run.stderr.match(/does not move folders/g)).toHaveLength(1);
  expect(await stage.snapshot()).toEqual(snapshotFolder(data));
  expect(await new StageHttp(stage.emulator).names('')).toEqual(['target/']);
  const before = stage.changingRequests();
  const next = await cli.run(['sync', 'data', address, '--delete', '--atomic']);
  expect(next).toMatchObject({ status: 0, stderr: '' });
  expect(stage.changingRequests()).toBe(before);
});
