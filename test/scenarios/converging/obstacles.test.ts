import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandInside } from '../../support/cli/command-inside.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { at, REMOVING, sharedTarget } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';
import { unreadableFile } from '../../support/trees/unreadable.ts';

interface Case {
  /** Done to a pair in step, before the run in question. */
  readonly prepare: (data: string, http: StageHttp) => Promise<unknown>;
  readonly flags?: readonly string[];
  /** Below the deployment; `target` when absent. */
  readonly dest?: string;
  readonly status: number;
  readonly says?: RegExp;
}

const CASES: Readonly<Record<string, Case>> = {
  'a file of others where a folder is to be': {
    prepare: async (data, http) => {
      await http.put('target/new', 'theirs');
      await writeTree(data, { 'new/n.csv': 'n', 'new/sub/m.csv': 'm' });
    },
    status: 3,
    says: /new\/: Stage has a file of this name that stays/,
  },
  'the same under --mirror': {
    prepare: async (data, http) => {
      await http.put('target/new', 'theirs');
      await writeTree(data, { 'new/n.csv': 'n' });
    },
    flags: ['--mirror'],
    status: 0,
  },
  'a folder of others where a file is to be': {
    prepare: async (data, http) => {
      await http.makeFolder('target/new/');
      await http.put('target/new/t.csv', 'theirs');
      await writeTree(data, { new: 'a file' });
    },
    flags: ['--delete'],
    status: 3,
    says: /new: Stage has a folder of this name that stays/,
  },
  'the same folder, under --mirror': {
    prepare: async (data, http) => {
      await http.makeFolder('target/new/');
      await http.put('target/new/t.csv', 'theirs');
      await writeTree(data, { new: 'a file' });
    },
    flags: ['--mirror'],
    status: 0,
  },
  'a file of ours that becomes a folder, and nothing may be removed': {
    prepare: async (data) => {
      await rm(join(data, 'a.csv'));
      await writeTree(data, { 'a.csv/new.csv': 'new' });
    },
    status: 3,
    says: /a\.csv\/: Stage has a file of this name that stays.*--delete/,
  },
  'a folder of ours that becomes a file, and nothing may be removed': {
    prepare: async (data) => {
      await rm(join(data, 'dir'), { recursive: true });
      await writeTree(data, { dir: 'a file' });
    },
    status: 3,
    says: /dir: Stage has a folder of this name that stays.*--delete/,
  },
  'both, with --delete': {
    prepare: async (data) => {
      await rm(join(data, 'dir'), { recursive: true });
      await rm(join(data, 'a.csv'));
      await writeTree(data, { dir: 'a file', 'a.csv/new.csv': 'new' });
    },
    flags: ['--delete'],
    status: 0,
  },
  'DEST is a file': {
    prepare: async () => undefined,
    dest: 'target/a.csv',
    status: 3,
    says: /a\.csv.*is a file/,
  },
  'a folder above DEST is a file': {
    prepare: async () => undefined,
    dest: 'target/a.csv/deep/er',
    status: 3,
    says: /a\.csv.*is a file/,
  },
  'a file that cannot be read': {
    prepare: (data) => unreadableFile(join(data, 'locked.csv')),
    flags: ['--follow-symlinks'],
    status: 3,
    says: /locked\.csv/,
  },
  'a name that Stage cannot hold': {
    prepare: (data) => writeFile(join(data, 'back\\slash'), 'x'),
    status: 3,
    says: /backslash/,
  },
  'a guard': {
    prepare: (data) => rm(join(data, 'dir'), { recursive: true }),
    flags: ['--delete', '--max-delete', '0'],
    status: 4,
  },
};

type Runs = (command: string, ...args: string[]) => Promise<CliResult>;

async function prepared({
  prepare,
  dest = 'target',
}: Case): Promise<ServedStage & { readonly run: Runs; readonly inside: Runs }> {
  const stage = await servedStage();
  const { cli, address, emulator, deployment } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'b.csv': 'b', 'dir/x.csv': 'x', 'dir/y.csv': 'y' });
  expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
  await prepare(data, new StageHttp(emulator));
  return {
    ...stage,
    run: (command, ...args) => cli.run([command, 'data', `stage://${deployment}/${dest}`, ...args]),
    inside: (command, ...args) =>
      commandInside(cli, [command, 'data', `stage://${deployment}/${dest}`, ...args]),
  };
}

describe.each(Object.entries(CASES))('%s', (_, it) => {
  test('a dry run ends as the run does, and changes nothing', async () => {
    await using stage = await prepared(it);
    const flags = it.flags ?? [];
    const before = stage.changingRequests();
    const dry = await stage.inside('sync', '--dry-run', ...flags);
    expect(stage.changingRequests()).toBe(before);
    const plan = await stage.inside('plan', '-o', 'plan.json', ...flags);
    expect(stage.changingRequests()).toBe(before);
    const run = await stage.run('sync', ...flags);
    expect({ run: run.status, dry: dry.status, plan: plan.status }, run.stderr + dry.stderr).toEqual({
      run: it.status,
      dry: it.status,
      plan: it.status,
    });
    if (it.says === undefined) return;
    for (const { stderr } of [run, dry, plan]) expect(stderr).toMatch(it.says);
  });
});

describe('a folder goes only once the file that takes its name is on Stage', () => {
  const WHOLE = { 'dir/x.csv': 'ours: dir/x.csv', 'dir/sub/y.csv': 'ours: dir/sub/y.csv' };

  async function becomesFile(content = 'a file now') {
    const target = await sharedTarget();
    target.ours('a.csv', 'dir/x.csv', 'dir/sub/y.csv');
    await target.run();
    target.source.remove('dir/');
    target.source.write('dir', content);
    return target;
  }

  test.each(Object.entries(REMOVING))(
    'it is uploaded under a hidden name, the folder goes, it takes its name: %s',
    async (_, mode) => {
      await using target = await becomesFile();
      const seen: string[] = [];
      target.onRequest = (phase, { kind, path }) => {
        if (phase === 'committed' && /dir/.test(path))
          seen.push(`${kind} ${path.startsWith('.') ? 'hidden' : path}`);
      };
      const run = await target.run(mode);
      expect(run.outcome).toBe('clean');
      if (mode.atomic !== true) {
        expect(seen[0]).toBe('putFile hidden');
        expect(seen.at(-1)).toBe('move hidden');
        expect(seen.slice(1, -1)).toEqual(expect.arrayContaining(['remove hidden']));
      }
      expect(await target.contents()).toEqual({ 'a.csv': 'ours: a.csv', dir: 'a file now' });
      expect(await target.hidden()).toEqual([]);
      expect((await target.run(mode)).actions).toEqual([]);
    },
  );

  test.each([
    ['too large for this Stage', { fileLimitBytes: 1000 }],
    ['more than its quota', { quotaBytes: 1000 }],
  ] as const)(
    'a file that is %s: the folder is still there with all its files, and the run failed',
    async (_, behaviour) => {
      for (const mode of Object.values(REMOVING)) {
        await using target = await becomesFile('x'.repeat(5000));
        target.emulator.behaviour.set(behaviour);
        const run = await target.run(mode);
        expect(run.outcome).toBe('failures');
        expect(await target.contents()).toMatchObject(WHOLE);
        expect(await target.hidden().then((names) => names.filter((name) => !name.endsWith('/')))).toEqual(
          [],
        );
        target.emulator.behaviour.set({ fileLimitBytes: null, quotaBytes: null });
        expect((await target.run(mode)).outcome).toBe('clean');
        expect(await target.contents()).toMatchObject({ dir: 'x'.repeat(5000) });
        expect(await target.hidden()).toEqual([]);
      }
    },
  );

  test('a file that is gone, or another, when it is to be read: the folder is still there with all its files', async () => {
    for (const change of ['remove', 'write'] as const) {
      await using target = await becomesFile();
      const met = at(target, { phase: 'replying', kind: 'list', path: 'target/dir/sub/' }, async () => {
        if (change === 'remove') target.source.remove('dir');
        else
          target.source.obscure('dir', 'path', {
            code: 'entry_unreadable',
            severity: 'failure',
            message: 'no',
          });
      });
      await target.run({ removal: 'ours' });
      expect(met.came).toBe(true);
      expect(await target.contents()).toMatchObject(WHOLE);
      expect(await target.hidden()).toEqual([]);
    }
  });

  test('the command: the file cannot be read, the folder is still there with all its files, status 3', async () => {
    await using stage = await servedStage();
    const { cli, address } = stage;
    const data = join(cli.folder, 'data');
    await writeTree(data, { 'a.csv': 'a', 'dir/x.csv': 'x', 'dir/sub/y.csv': 'y' });
    await commandInside(cli, ['sync', 'data', address]);
    await rm(join(data, 'dir'), { recursive: true });
    await unreadableFile(join(data, 'dir'));
    for (const flags of [
      ['--delete'],
      ['--mirror'],
      ['--delete', '--atomic', '--publish-set'],
      ['--delete', '--trust-ledger'],
    ]) {
      const run = await cli.run(['sync', 'data', address, '--follow-symlinks', ...flags]);
      expect(run.status, run.stderr).toBe(3);
      expect(run.stderr).toMatch(/failed: dir: /);
      expect(Object.keys(await stage.snapshot()).sort()).toEqual([
        'a.csv',
        'dir/',
        'dir/sub/',
        'dir/sub/y.csv',
        'dir/x.csv',
      ]);
    }
  });
});

test('a file that becomes a folder goes only as planned, and what others made of it stays', async () => {
  await using target = await sharedTarget();
  target.ours('a.csv', 'b.csv');
  await target.run();
  target.source.remove('a.csv');
  target.ours('a.csv/new.csv');
  const met = at(target, { phase: 'received', kind: 'list', path: 'target/', nth: 2 }, () =>
    target.theirs('a.csv'),
  );
  const run = await target.run({ removal: 'ours' });
  expect(met.came).toBe(true);
  expect((await target.contents())['a.csv']).toBe('theirs: a.csv');
  expect(run.outcome).toBe('failures');
});

test('folders that could not be made way for leave the rest of the tree to arrive', async () => {
  await using stage = await prepared(CASES['a folder of others where a file is to be']!);
  const data = join(stage.cli.folder, 'data');
  await writeTree(data, { 'fine/f.csv': 'f' });
  await mkdir(join(data, 'empty'));
  await rename(join(data, 'dir'), join(data, 'moved'));
  expect((await stage.run('sync', '--delete')).status).toBe(3);
  expect(Object.keys(await stage.snapshot())).toEqual(
    expect.arrayContaining(['fine/f.csv', 'empty/', 'moved/x.csv', 'new/t.csv']),
  );
});
