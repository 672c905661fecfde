import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SyncEvent } from '../../../src/model/events.ts';
import type { PlanLine } from '../../../src/model/plan.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

const NAMES = ['1', '2', 'sub/3', 'sub/deep/4'];
const FOLDERS = ['', 'sub/', 'sub/deep/'];

interface Scene extends ServedStage {
  readonly data: string;
  sync(...flags: string[]): ReturnType<ServedStage['cli']['run']>;
  explain(...paths: string[]): Promise<{ path: string; decision: string; reason: string }[]>;
}

/** old/ was renamed and gone/ removed, each with four files in three folders; nothing was told to Stage yet. */
async function edited(): Promise<Scene> {
  const stage = await servedStage();
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  for (const folder of ['old', 'gone', 'stays'])
    for (const name of NAMES) await writeTree(data, { [`${folder}/${name}`]: `${folder} ${name}` });
  expect(await commandInside(cli, ['sync', 'data', address])).toMatchObject({ status: 0 });
  await rename(join(data, 'old'), join(data, 'new'));
  await rm(join(data, 'gone'), { recursive: true });
  return {
    ...stage,
    data,
    sync: (...flags) => cli.run(['sync', 'data', address, ...flags]),
    async explain(...paths) {
      const { stdout } = await commandInside(cli, [
        'explain',
        '--json',
        ...paths.map((path) => `data/${path}`),
      ]);
      return stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as never);
    },
  };
}

type Shown = Pick<PlanLine, 'kind' | 'path' | 'to' | 'within' | 'files'>;
const shown = ({ kind, path, to, within, files }: Shown): string =>
  `${kind} ${path}${to === undefined ? '' : ` -> ${to}`}${within === undefined ? '' : ` within ${within}`}${files === undefined ? '' : ` (${files})`}`;

const actions = (events: readonly SyncEvent[]): string[] =>
  events
    .flatMap((event) => (event.type === 'action' && event.outcome === 'done' ? [shown(event)] : []))
    .sort();

const WITH_FOLDERS = [
  'move old/ -> new/ (4)',
  ...NAMES.map((name) => `move old/${name} -> new/${name} within old/`),
  'remove gone/ (4)',
  ...NAMES.map((name) => `remove gone/${name} within gone/`),
].sort();

/** Folders within a folder that goes may be told as well. */
const ofFiles = (lines: readonly string[]): string[] =>
  lines.filter((line) => !/^remove \S+\/ within /.test(line));

describe('files that go or move with their folder', () => {
  test('have an event of their own each, which names the folder, and are counted once in the report', async () => {
    await using scene = await edited();
    const run = await scene.sync('--delete', '--json');
    expect(run.status).toBe(0);
    expect(ofFiles(actions(run.events))).toEqual(WITH_FOLDERS);
    expect(run.report).toMatchObject({ moved: 4, removed: 4, foldersRemoved: 3, uploaded: 0 });
    expect(scene.emulator.counters.read().byKind).toMatchObject({ move: 2, remove: 1 });
  });

  test('are named each under -v, with their reasons, and counted once in the summary', async () => {
    await using scene = await edited();
    const { status, stdout, stderr } = await scene.sync('--delete', '-v');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of NAMES) {
      expect(stdout).toContain(`move    old/${name} -> new/${name}  (folder renamed)`);
      expect(stdout).toContain(`remove  gone/${name}  (gone from the source)`);
    }
    expect(stdout).toContain('move    old/ -> new/  (folder renamed, 4 files)');
    expect(stdout).toContain('remove  gone/  (gone from the source, 4 files)');
    expect(stdout).toMatch(/ changed +4 moved, 4 removed, 3 folders removed\n/);
  });

  test('are known to explain: the moved under the new name, the removed under theirs, as are the folders in a folder', async () => {
    await using scene = await edited();
    await scene.sync('--delete');
    for (const name of NAMES) {
      expect(await scene.explain(`new/${name}`)).toMatchObject([
        { path: `new/${name}`, decision: 'synced', reason: 'folder_renamed' },
      ]);
      expect(await scene.explain(`gone/${name}`)).toMatchObject([
        { path: `gone/${name}`, decision: 'removed', reason: 'gone_from_source' },
      ]);
    }
    for (const folder of FOLDERS)
      expect(await scene.explain(`gone/${folder}`)).toMatchObject([{ decision: 'removed' }]);
  });

  test('are in the events of a dry run and in a plan file each, and the cost counts them once', async () => {
    await using scene = await edited();
    const dry = await scene.sync('--delete', '--dry-run', '--json');
    const planned = dry.events.flatMap((event) => (event.type === 'planned' ? [shown(event)] : [])).sort();
    expect(ofFiles(planned)).toEqual(WITH_FOLDERS);
    const cost = dry.events.find((event) => event.type === 'plan')?.cost;
    expect(cost).toMatchObject({ moves: 1, removals: 1, uploads: 0 });
    const words = await scene.sync('--delete', '--dry-run');
    for (const name of NAMES) {
      expect(words.stdout).toContain(`would move    old/${name} -> new/${name}  (folder renamed)`);
      expect(words.stdout).toContain(`would remove  gone/${name}  (gone from the source)`);
    }

    await scene.cli.run(['plan', 'data', scene.address, '--delete', '-o', 'plan.json']);
    const [, ...lines] = (await readFile(join(scene.cli.folder, 'plan.json'), 'utf8')).trim().split('\n');
    expect(ofFiles(lines.map((line) => shown(JSON.parse(line) as PlanLine)).sort())).toEqual(WITH_FOLDERS);
    const applied = await scene.cli.run(['apply', 'plan.json', '--json']);
    expect(ofFiles(actions(applied.events))).toEqual(WITH_FOLDERS);
    expect(applied.report).toMatchObject({ outcome: 'clean', moved: 4, removed: 4 });
  });

  test('and are told, one by one and without the folder, where something of others keeps it from going whole', async () => {
    await using scene = await edited();
    const http = new StageHttp(scene.emulator);
    await http.put('target/gone/sub/theirs', 'theirs');
    await http.put('target/old/sub/theirs', 'theirs');
    const run = await scene.sync('--delete', '--json');
    expect(run.status).toBe(0);
    expect(run.report).toMatchObject({ moved: 4, removed: 4 });
    const files = actions(run.events).filter((line) => /\d( within \S+)?( \(1\))?$/.test(line));
    for (const name of NAMES) {
      expect(files.filter((line) => line.startsWith(`move old/${name} -> new/${name}`))).toHaveLength(1);
      expect(files.filter((line) => line.startsWith(`remove gone/${name}`))).toHaveLength(1);
    }
    for (const name of NAMES) {
      expect(await scene.explain(`new/${name}`)).toMatchObject([
        { decision: 'synced', reason: expect.stringMatching(/renamed/) },
      ]);
      expect(await scene.explain(`gone/${name}`)).toMatchObject([{ decision: 'removed' }]);
    }
  });
});

test('likewise where Stage is not listed before', async () => {
  await using scene = await edited();
  const run = await scene.sync('--delete', '--trust-ledger', '--json');
  expect(ofFiles(actions(run.events))).toEqual(WITH_FOLDERS);
  expect(await scene.explain('new/sub/deep/4')).toMatchObject([{ reason: 'folder_renamed' }]);
});

test('a file that takes the name of a folder is one action beside those of the folder, each counted once', async () => {
  await using scene = await edited();
  await writeFile(join(scene.data, 'gone'), 'a file now');
  await mkdir(join(scene.data, 'empty'));
  const run = await scene.sync('--delete', '--json');
  expect(run.report).toMatchObject({
    outcome: 'clean',
    uploaded: 1,
    moved: 4,
    removed: 4,
    foldersCreated: 1,
  });
  expect(actions(run.events)).toContain('upload gone');
  expect(await scene.explain('gone', 'gone/1')).toMatchObject([
    { decision: 'synced', reason: 'new' },
    { decision: 'removed' },
  ]);
});
