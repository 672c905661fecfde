import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import { sync as syncOf } from '../../../src/index.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, snapshotStage, writeTree } from '../../support/trees/trees.ts';

const { signal } = new AbortController();
const KEEP = ['--keep-removed', '7d'];

const command = (stage: ServedStage, ...args: string[]): Promise<CliResult> => commandInside(stage.cli, args);
const sync = (stage: ServedStage, ...flags: string[]): Promise<CliResult> =>
  command(stage, 'sync', 'data', stage.address, '--json', ...flags);

const TREE = {
  'data/a.csv': 'a',
  'data/b.csv': 'b of old',
  'data/dir/c.csv': 'c',
  'data/dir/sub/d.csv': 'dd',
  'data/~odd/1 2~1.csv': 'odd',
};

async function inStep(onRequest?: RequestHook): Promise<ServedStage> {
  const stage = await servedStage(onRequest && { onRequest });
  await writeTree(stage.cli.folder, TREE);
  expect((await sync(stage, ...KEEP)).status).toBe(0);
  return stage;
}

const at = (stage: ServedStage, path: string): string => join(stage.cli.folder, 'data', path);

async function put({ destination }: ServedStage, path: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  await destination.put(destination.root + path, { size: bytes.length, bytes }, { signal });
}

interface Listed {
  readonly path: string;
  readonly place: string;
  readonly files: number;
  readonly bytes: number;
  readonly removed: string;
  readonly keptUntil: string;
}

/** What `trash list --json` tells of each entry. */
async function listed(stage: ServedStage, address = `stage://${stage.deployment}`): Promise<Listed[]> {
  const run = await command(stage, 'trash', 'list', address, '--json');
  expect([run.status, run.stderr]).toEqual([0, '']);
  const lines = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Listed & { type: string });
  expect(lines.at(-1)).toMatchObject({ type: 'total' });
  return lines.slice(0, -1).sort((a, b) => (a.path < b.path ? -1 : 1));
}

const paths = async (stage: ServedStage): Promise<string[]> => (await listed(stage)).map(({ path }) => path);

test('what is removed or replaced lies in the trash, a folder as one, and the target is as without it', async () => {
  await using stage = await inStep();
  await rm(at(stage, 'dir'), { recursive: true });
  await rm(at(stage, '~odd/1 2~1.csv'));
  await writeTree(stage.cli.folder, { 'data/b.csv': 'b of new', 'data/new.csv': 'new' });
  stage.emulator.counters.reset();
  const run = await sync(stage, ...KEEP, '--delete');
  expect(run.status).toBe(0);
  // a folder and a file that go: a move each; a file that is replaced: its upload and two moves; and the two folders of the trash
  expect(stage.emulator.counters.read().byKind).toMatchObject({
    move: 4,
    putFile: 2,
    remove: 0,
    putFolder: 2,
  });
  expect(await stage.snapshot()).toEqual(snapshotFolder(at(stage, '')));
  expect(run.report).toMatchObject({
    uploaded: 2,
    removed: 3,
    trash: { files: 4, bytes: 14, heldFiles: 4, heldBytes: 14 },
  });
  const entries = await listed(stage);
  expect(entries.map(({ path, files, bytes }) => [path, files, bytes])).toEqual([
    ['target/b.csv', 1, 8],
    ['target/dir/', 2, 3],
    ['target/~odd/1 2~1.csv', 1, 3],
  ]);
  for (const { removed, keptUntil } of entries)
    expect(Date.parse(keptUntil) - Date.parse(removed)).toBeGreaterThanOrEqual(7 * 86_400_000);
  // neither a run nor a mirror takes the trash for content, and the next run does nothing
  stage.emulator.counters.reset();
  for (const flags of [KEEP, [], ['--mirror'], ['--sweep-older-than', '1ms']]) {
    const next = await sync(stage, ...flags);
    expect([next.report.outcome, actionsOf(next)]).toEqual(['clean', []]);
  }
  expect(stage.emulator.counters.read().changing).toBe(0);
  const text = await command(stage, 'trash', 'list', `${stage.address}/dir`);
  expect(text.stdout).toMatch(
    /^removed 20.* kept until 20.* {2}target\/dir\/ {2}\(2 files\)\n2 files .* count towards the quota/,
  );
});

test.each([[[]], [['--atomic']], [['--atomic', '--publish-set']]])(
  'a replaced file is in the trash before the new one has its name, and both are there at any moment: %j',
  async (flags) => {
    const states: string[][] = [];
    let look: (() => Promise<void>) | undefined;
    await using stage = await inStep(async (phase, { kind }) => {
      if (phase === 'committed' && kind !== 'list') await look?.();
    });
    await writeTree(stage.cli.folder, { 'data/b.csv': 'b of new' });
    look = async () => {
      const everything = await snapshotStage({ ...stage.destination, root: '' }).catch(() => undefined);
      if (everything !== undefined) states.push(Object.values(everything).map(String));
    };
    expect((await sync(stage, ...KEEP, ...flags)).status).toBe(0);
    look = undefined;
    const before = snapshotFolder(at(stage, ''));
    expect(await stage.snapshot()).toEqual(before);
    expect(await paths(stage)).toEqual(['target/b.csv']);
    expect(states.length).toBeGreaterThan(2);
    // whatever was there when the run began is somewhere at each moment, and so is the new file from its upload on
    for (const state of states) expect(states[0]!.filter((each) => !state.includes(each))).toEqual([]);
  },
);

test('what others put under a name since it was listed goes into the trash too, not under the new file', async () => {
  let meanwhile: (() => Promise<void>) | undefined;
  await using stage = await inStep(async (phase, { kind, path }) => {
    if (phase !== 'received' || kind !== 'list' || path !== 'target/') return;
    const [once] = [meanwhile];
    meanwhile = undefined;
    await once?.();
  });
  await writeTree(stage.cli.folder, { 'data/new.csv': 'ours' });
  // --trust-ledger lists nothing before: the look before the upload is the first
  meanwhile = () => put(stage, 'new.csv', 'theirs');
  const run = await sync(stage, ...KEEP, '--trust-ledger');
  expect(run.status).toBe(0);
  expect(await paths(stage)).toEqual(['target/new.csv']);
  expect(await stage.snapshot()).toEqual(snapshotFolder(at(stage, '')));
});

test('a mirror moves what others put there into the trash', async () => {
  await using stage = await inStep();
  await put(stage, 'theirs.csv', 'theirs');
  await stage.destination.makeFolder('target/other/', { signal });
  await put(stage, 'other/theirs.csv', 'theirs');
  expect((await sync(stage, ...KEEP, '--mirror')).report).toMatchObject({ removed: 2, trash: { files: 2 } });
  expect(await paths(stage)).toEqual(['target/other/', 'target/theirs.csv']);
  expect(await stage.snapshot()).toEqual(snapshotFolder(at(stage, '')));
});

test('a name that is too long for one has its path in a file beside it', async () => {
  const folder = `${'f'.repeat(120)}/${'g'.repeat(120)}`;
  await using stage = await servedStage();
  await writeTree(stage.cli.folder, { [`data/${folder}/h.csv`]: 'h', 'data/a.csv': 'a' });
  await sync(stage, ...KEEP);
  await rm(at(stage, `${folder}/h.csv`));
  expect((await sync(stage, ...KEEP, '--delete')).status).toBe(0);
  expect(await paths(stage)).toEqual([`target/${folder}/h.csv`]);
  const back = await command(stage, 'trash', 'restore', `${stage.address}/${folder}/h.csv`);
  expect(back.status).toBe(0);
  expect(Object.keys(await stage.snapshot())).toContain(`${folder}/h.csv`);
  expect(await paths(stage)).toEqual([]);
});

test('what moves is not in the trash', async () => {
  await using stage = await inStep();
  await rename(at(stage, 'dir'), at(stage, 'moved'));
  await rename(at(stage, 'a.csv'), at(stage, 'renamed.csv'));
  expect((await sync(stage, ...KEEP, '--delete')).report).toMatchObject({ moved: 3, trash: { files: 0 } });
  expect(await paths(stage)).toEqual([]);
});

test('list finds what was in a folder that went as a whole, as restore does', async () => {
  await using stage = await inStep();
  await rm(at(stage, 'dir'), { recursive: true });
  await sync(stage, ...KEEP, '--delete');
  for (const [path, files, bytes] of [
    ['dir/sub/d.csv', 1, 2],
    ['dir/sub/', 1, 2],
  ] as const) {
    const [entry, ...others] = await listed(stage, `${stage.address}/${path}`);
    expect([entry, others]).toMatchObject([{ path: `target/${path}`, files, bytes }, []]);
    expect(entry?.place.endsWith(path.slice('dir/'.length))).toBe(true);
  }
  expect(await listed(stage, `${stage.address}/dir/none`)).toEqual([]);
});

describe('restore', () => {
  async function removed(): Promise<ServedStage> {
    const stage = await inStep();
    await rm(at(stage, 'dir'), { recursive: true });
    await rm(at(stage, 'a.csv'));
    await writeTree(stage.cli.folder, { 'data/b.csv': 'b of new' });
    expect((await sync(stage, ...KEEP, '--delete')).status).toBe(0);
    return stage;
  }

  test('moves files and folders back, and the next sync without --mirror leaves them there', async () => {
    await using stage = await removed();
    const dry = await command(stage, 'trash', 'restore', `${stage.address}/dir`, '--dry-run');
    expect([dry.status, await paths(stage)]).toEqual([0, ['target/a.csv', 'target/b.csv', 'target/dir/']]);
    const run = await command(stage, 'trash', 'restore', `${stage.address}/dir`, `${stage.address}/a.csv`);
    expect(run.status).toBe(0);
    expect(await paths(stage)).toEqual(['target/b.csv']);
    const whole = await stage.snapshot();
    expect(Object.keys(whole)).toEqual(
      expect.arrayContaining(['a.csv', 'dir/', 'dir/c.csv', 'dir/sub/d.csv']),
    );
    expect(actionsOf(await sync(stage, ...KEEP, '--delete'))).toEqual([]);
    expect(await stage.snapshot()).toEqual(whole);
  });

  test('never overwrites what has the name now', async () => {
    await using stage = await removed();
    await put(stage, 'a.csv', 'somebody else');
    const whole = await stage.snapshot();
    const run = await command(stage, 'trash', 'restore', `${stage.address}/a.csv`, `${stage.address}/b.csv`);
    expect(run.status).toBe(3);
    expect(run.stderr).toMatch(/target\/a\.csv: stays in the trash.*\n.*target\/b\.csv: stays in the trash/);
    expect(await stage.snapshot()).toEqual(whole);
    expect(await paths(stage)).toEqual(['target/a.csv', 'target/b.csv', 'target/dir/']);
  });

  test('takes one file out of a folder that went as a whole, and fills up a folder that is there again', async () => {
    await using stage = await removed();
    expect((await command(stage, 'trash', 'restore', `${stage.address}/dir/sub/d.csv`)).status).toBe(0);
    expect(Object.keys(await stage.snapshot())).toContain('dir/sub/d.csv');
    await put(stage, 'dir/other.csv', 'other');
    expect((await command(stage, 'trash', 'restore', `${stage.address}/dir`)).status).toBe(0);
    expect(Object.keys(await stage.snapshot())).toEqual(
      expect.arrayContaining(['dir/c.csv', 'dir/other.csv', 'dir/sub/d.csv']),
    );
    expect(await paths(stage)).toEqual(['target/a.csv', 'target/b.csv']);
  });

  test('leaves nothing of a folder whose files are all back, and what has no name to go back to stays in it', async () => {
    const long = `dir/${'f'.repeat(120)}/${'g'.repeat(120)}/`;
    await using stage = await servedStage();
    await writeTree(stage.cli.folder, {
      'data/a.csv': 'a',
      [`data/${long}1`]: '1',
      [`data/${long}sub/2`]: '2',
      [`data/dir/keep.csv`]: 'k',
    });
    await sync(stage, ...KEEP);
    await rm(at(stage, long), { recursive: true });
    expect((await sync(stage, ...KEEP, '--delete')).status).toBe(0);
    const [entry] = await listed(stage);
    await stage.destination.makeFolder(`${entry!.place}empty/`, { signal });
    await stage.destination.makeFolder(stage.destination.root + long, { signal });
    await put(stage, `${long}1`, 'theirs');
    const run = await command(stage, 'trash', 'restore', `${stage.address}/${long}`);
    expect([run.status, run.stderr]).toEqual([0, expect.stringContaining('1: stays in the trash')]);
    expect(await listed(stage)).toMatchObject([{ files: 1, bytes: 1 }]);
    await stage.destination.remove(`${stage.destination.root}${long}1`, { signal });
    expect((await command(stage, 'trash', 'restore', `${stage.address}/${long}`)).status).toBe(0);
    expect(await listed(stage)).toEqual([]);
    const top = await snapshotStage({ ...stage.destination, root: '' });
    expect(
      Object.keys(top).filter((path) => path.startsWith('.stagesync-trash/') && path !== '.stagesync-trash/'),
    ).toHaveLength(1);
    expect(Object.keys(await stage.snapshot())).toEqual(
      expect.arrayContaining([`${long}1`, `${long}empty/`, `${long}sub/2`]),
    );
  });

  test('brings back what was removed last, and says what is not in the trash', async () => {
    await using stage = await removed();
    await writeTree(stage.cli.folder, { 'data/a.csv': 'a again' });
    await sync(stage, ...KEEP);
    await rm(at(stage, 'a.csv'));
    await sync(stage, ...KEEP, '--delete');
    const run = await command(stage, 'trash', 'restore', `${stage.address}/a.csv`, `${stage.address}/none`);
    expect([run.status, run.stderr]).toEqual([
      3,
      expect.stringMatching(/target\/none: nothing of this name/),
    ]);
    const text = await command(stage, 'cat', `${stage.address}/a.csv`);
    expect(text.stdout).toBe('a again');
    expect(await paths(stage)).toContain('target/a.csv');
  });
});

describe('what is too old', () => {
  test('is swept by the next run that keeps, and nothing before', async () => {
    await using stage = await inStep();
    await rm(at(stage, 'a.csv'));
    const swept: string[] = [];
    const run = async (...flags: string[]): Promise<CliResult> => {
      const ended = await sync(stage, ...flags);
      swept.push(...actionsOf(ended).filter((action) => action.endsWith(' expired')));
      return ended;
    };
    expect((await run('--keep-removed', '1ms', '--delete')).report.removed).toBe(1);
    await rm(at(stage, 'dir'), { recursive: true });
    await run(...KEEP, '--delete');
    await expect
      .poll(async () => (await run(...KEEP)) && swept, { timeout: 20_000, interval: 200 })
      .toEqual([expect.stringMatching(/^remove \.stagesync-trash\/until-\w+Z\/ expired$/)]);
    expect(await paths(stage)).toEqual(['target/dir/']);
    expect((await sync(stage, ...KEEP)).report).toMatchObject({
      trash: { files: 0, heldFiles: 2, heldBytes: 3 },
    });
  });

  test('empty deletes all of it once somebody says yes, or what has expired', async () => {
    await using stage = await inStep();
    await rm(at(stage, 'a.csv'));
    await sync(stage, ...KEEP, '--delete');
    const top = `stage://${stage.deployment}`;
    expect((await command(stage, 'trash', 'empty', top)).status).toBe(4);
    expect((await command(stage, 'trash', 'empty', stage.address, '--yes')).status).toBe(2);
    expect((await command(stage, 'trash', 'empty', top, '--expired')).status).toBe(0);
    expect((await command(stage, 'trash', 'empty', top, '--yes', '--dry-run')).status).toBe(0);
    expect(await paths(stage)).toEqual(['target/a.csv']);
    const run = await command(stage, 'trash', 'empty', top, '--yes');
    expect([run.status, await paths(stage)]).toEqual([0, []]);
    // a run whose trash was emptied makes it again
    await rm(at(stage, 'dir'), { recursive: true });
    expect((await sync(stage, ...KEEP, '--delete')).status).toBe(0);
    expect(await paths(stage)).toEqual(['target/dir/']);
  });
});

test('names that others put into the trash lead nowhere: they are told and left alone', async () => {
  await using stage = await inStep();
  await rm(at(stage, 'a.csv'));
  await sync(stage, ...KEEP, '--delete');
  const [kept] = await listed(stage);
  const period = kept!.place.slice(0, kept!.place.lastIndexOf('/') + 1);
  const bytes = Buffer.from('evil');
  const stem = 'mi7k2x9c-1a2b3c4d5e6f';
  const hostile = [
    `${stem}-1p-..~1..~1up`,
    `${stem}-2p-`,
    `${stem}-3p-a~1~1b`,
    `${stem}-4p-.stagesync-x`,
    'notes.txt',
  ];
  for (const name of [...hostile, `${stem}-5f-long`])
    await stage.destination.put(period + name, { size: bytes.length, bytes }, { signal });
  const long = Buffer.from(JSON.stringify({ path: '../../up' }));
  await stage.destination.put(`${period}${stem}-5.path`, { size: long.length, bytes: long }, { signal });
  const shown = await command(stage, 'trash', 'list', `stage://${stage.deployment}`, '--json');
  expect(shown.stdout.trim().split('\n')).toHaveLength(2);
  expect(shown.stderr.match(/no stagesync put it into the trash/g)).toHaveLength(6);
  const back = await command(stage, 'trash', 'restore', `stage://${stage.deployment}`);
  expect(back.stdout).toMatch(/-> target\/a\.csv\n1 name moved/);
  const top = await snapshotStage({ ...stage.destination, root: '' });
  expect(Object.keys(top).filter((path) => !/^(?:target|\.stagesync-trash)\//.test(path))).toEqual([]);
});

test('where DEST is the top of the Stage, the trash in it is no content and no leftover', async () => {
  await using stage = await inStep();
  const top = `stage://${stage.deployment}`;
  const run = (...flags: string[]): Promise<CliResult> =>
    command(stage, 'sync', 'data', top, '--json', ...flags);
  await run(...KEEP);
  await rm(at(stage, 'a.csv'));
  expect((await run(...KEEP, '--delete')).report).toMatchObject({ removed: 1, trash: { files: 1 } });
  for (const flags of [
    KEEP,
    ['--delete'],
    ['--sweep-older-than', '1ms'],
    ['--delete', '--delete-excluded'],
  ]) {
    const next = await run(...flags);
    expect([next.report.outcome, actionsOf(next)]).toEqual(['clean', []]);
  }
  expect(await paths(stage)).toEqual(['a.csv']);
});

test('a program keeps with the same setting', async () => {
  await using stage = await inStep();
  await rm(at(stage, 'a.csv'));
  const { report, error } = await syncOf({
    from: at(stage, ''),
    to: stage.address,
    what: { removal: 'ours', keepRemoved: 86_400_000, verify: 'all', overwrite: true },
    environment: stage.cli.env,
  });
  expect([error, report.trash]).toEqual([undefined, { files: 1, bytes: 1, heldFiles: 1, heldBytes: 1 }]);
  expect(await paths(stage)).toEqual(['target/a.csv']);
});

test('a directory has no trash', async () => {
  await using stage = await inStep();
  const run = await command(stage, 'sync', stage.address, 'copy', ...KEEP);
  expect([run.status, run.stderr]).toEqual([
    2,
    expect.stringContaining('--keep-removed is for a Stage as DEST'),
  ]);
});
