import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Faults } from '../../../src/emulator/control/faults.ts';
import type { Emulator } from '../../../src/emulator/options.ts';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { createTestClock } from '../../support/engine/engine.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { excluding, sharedTarget, type Mode } from '../../support/stage/shared-target.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const HOUR_MS = 3_600_000;
/** A name as a run gives it that began then. */
const nameOf = (beganMs: number, role = 'new'): string =>
  `.stagesync-${beganMs.toString(36)}-0123456789ab-1-${role}-q.csv`;
/** A staging folder as 0.1 named them. */
const EARLIER = `.stagesync-${'0a'.repeat(12)}`;

/** A run of so many hours from now. */
const later = (hours: number, mode: Mode = {}): Mode => ({
  ...mode,
  clock: createTestClock(Date.now() + hours * HOUR_MS),
});

async function withLeftovers(root = 'target/') {
  const target = await sharedTarget({ root });
  target.ours('a.csv', 'dir/x.csv');
  await target.run();
  const [file, folder] = [nameOf(Date.now()), EARLIER];
  await target.theirs(`dir/${file}`);
  await target.theirs(`dir/${folder}/1-new-z.csv`);
  const left = [`${root}dir/${file}`, `${root}dir/${folder}/`, `${root}dir/${folder}/1-new-z.csv`].sort();
  return { target, left, file, folder };
}

describe.each(['target/', ''])('hidden names that this ledger does not know, DEST %j', (root) => {
  test('are told with their age, every run, and stay', async () => {
    const { target, left, file } = await withLeftovers(root);
    await using _ = target;
    for (const mode of [
      later(5),
      later(29, { removal: 'everything' }),
      later(30, { removal: 'everything', deleteExcluded: true }),
    ]) {
      const run = await target.run(mode);
      expect(run.problems.filter((problem) => problem.includes('hidden_left_over'))).toHaveLength(2);
      const told = run.events.find((event) => event.type === 'problem' && event.path.endsWith(file));
      expect(told).toMatchObject({
        severity: 'warning',
        message: expect.stringMatching(/^(5h|1d 5h|1d 6h)( \d+m)? old/),
      });
      expect(await target.hidden()).toEqual(left);
    }
  });

  test('go by --sweep-older-than once they are older, and not before', async () => {
    const { target, left } = await withLeftovers(root);
    await using _ = target;
    await target.run(later(5, { sweepOlderThanMs: 6 * HOUR_MS }));
    expect(await target.hidden()).toEqual(left);
    await target.run(later(7, { sweepOlderThanMs: 6 * HOUR_MS, dryRun: true }));
    expect(await target.hidden()).toEqual(left);
    const run = await target.run(later(7, { sweepOlderThanMs: 6 * HOUR_MS }));
    expect(await target.hidden()).toEqual([]);
    expect(await target.names()).toEqual(['a.csv', 'dir/', 'dir/x.csv']);
    const swept = run.events.filter((event) => event.type === 'action' && event.reason === 'swept');
    expect(swept.flatMap((event) => ('path' in event ? [event.path] : [])).sort()).toEqual(
      left.filter((path) => !path.endsWith('/1-new-z.csv')),
    );
  });

  test('stay where they may hold the only copy of something, and are told so', async () => {
    const { target, left } = await withLeftovers(root);
    await using _ = target;
    const others = ['old', 'moved', 'gone'].map((role) => `dir/${nameOf(Date.now(), role)}`);
    for (const path of others) await target.theirs(path);
    await target.theirs(`dir/${EARLIER}/2-old-y.csv`);
    const run = await target.run(later(7, { sweepOlderThanMs: 6 * HOUR_MS }));
    expect(await target.hidden()).toEqual(
      [...left.slice(0, -1), ...others.map((path) => root + path), `${root}dir/${EARLIER}/2-old-y.csv`]
        .concat(left.at(-1)!)
        .filter((path) => !path.endsWith('-1-new-q.csv'))
        .sort(),
    );
    const told = run.events.filter((event) => event.type === 'problem' && /only copy/.test(event.message));
    expect(told).toHaveLength(4);
  });
});

test('a sweep also finds what lies at the top of the Stage, outside DEST, and only what a stagesync names so', async () => {
  await using target = await sharedTarget();
  target.ours('a.csv');
  await target.run();
  await target.http.makeFolder(`${EARLIER}/`);
  await target.http.put(`${EARLIER}/1-new-z.csv`, 'z');
  await target.http.put('.stagesyncrc', 'theirs');
  await target.http.put('top.csv', 'theirs');
  await target.run(later(1, { sweepOlderThanMs: 2 * HOUR_MS }));
  expect(await target.hidden()).toHaveLength(2);
  await target.run(later(3, { sweepOlderThanMs: 2 * HOUR_MS }));
  expect(await target.http.names('')).toEqual(['.stagesyncrc', 'target/', 'top.csv']);
});

test('a folder that somebody still writes into is as old as the newest file in it', async () => {
  await using target = await sharedTarget();
  target.ours('a.csv');
  await target.run();
  await target.theirs(`.stagesync-${(Date.now() - 48 * HOUR_MS).toString(36)}-0123456789ab/1-new-z.csv`);
  await target.run(later(1, { sweepOlderThanMs: 2 * HOUR_MS }));
  expect(await target.hidden()).toHaveLength(2);
});

test('a folder of another run is not swept by a Stage that removes only what is empty, nor left by one', async () => {
  const { target } = await withLeftovers();
  await using _ = target;
  target.emulator.behaviour.set({ removeFullFolder: 409 });
  await target.run(later(7, { sweepOlderThanMs: 6 * HOUR_MS }));
  expect(await target.hidden()).toEqual([]);
});

test('--delete-excluded and filters change nothing about them', async () => {
  const { target, left } = await withLeftovers();
  await using _ = target;
  await target.run(later(7, { removal: 'everything', filter: excluding('!*'), deleteExcluded: true }));
  expect(await target.hidden()).toEqual(left);
});

/** A set of which one file is too large for this Stage. */
async function failedSet(faults: Faults) {
  const target = await sharedTarget();
  target.ours('a.csv', 'dir/x.csv');
  await target.run();
  target.source.write('a.csv', 'changed');
  target.source.write('big.csv', 'x'.repeat(5000));
  target.emulator.behaviour.set({ fileLimitBytes: 1000 });
  target.emulator.faults.set(faults);
  const run = await target.run({ atomic: true, publishSet: true });
  target.emulator.faults.set({});
  return { target, run };
}

test.each([
  ['', {}],
  [' and cannot clean up', { rules: [{ fault: 'status', status: 403, verb: 'DELETE' }] }],
] as const)(
  'what a failed --publish-set%s leaves hidden is told, and the next clean run removes it',
  async (_, faults) => {
    const { target, run } = await failedSet(faults);
    await using __ = target;
    expect(run.outcome).toBe('failures');
    expect(run.problems).toContain('failure set_not_published ');
    expect((await target.contents())['a.csv']).toBe('ours: a.csv');
    const [folder] = await target.hidden();
    const told = run.events.filter(
      (event) => event.type === 'problem' && `${event.path} ${event.message}`.includes('.stagesync-'),
    );
    expect(told).toHaveLength(folder === undefined ? 0 : 1);
    if (folder !== undefined) expect(JSON.stringify(told)).toContain(folder.slice(0, -1));
    target.emulator.behaviour.set({ fileLimitBytes: null });
    expect((await target.run({ atomic: true, publishSet: true })).outcome).toBe('clean');
    expect(await target.hidden()).toEqual([]);
  },
);

test('a failed --publish-set of which everything arrived that could leaves nothing hidden', async () => {
  const { target } = await failedSet({});
  await using _ = target;
  expect(await target.hidden()).toEqual([]);
});

/** The command, killed when a request gets there. */
async function killed(
  flags: readonly string[],
  edit: (data: string) => Promise<void>,
  fits: (phase: string, kind: string) => boolean,
) {
  let kill: (() => void) | undefined;
  const hook: RequestHook = (phase, { kind }) => {
    if (kill !== undefined && fits(phase, kind)) kill();
  };
  const stage = await servedStage({ onRequest: hook });
  const { cli, address } = stage;
  const data = join(cli.folder, 'data');
  await writeTree(data, { 'a.csv': 'a', 'b.csv': 'bb', 'c.csv': 'ccc' });
  for (const folder of ['dir', 'other', 'third'])
    for (const name of ['1', '2', '3', '4'])
      await writeTree(data, { [`${folder}/${name}`]: `${folder} ${name}` });
  expect((await commandInside(cli, ['sync', 'data', address])).status).toBe(0);
  await edit(data);
  const ended = await cli.run(['sync', 'data', address, '--delete', ...flags], {
    running: (child) => {
      kill = () => child.kill('SIGKILL');
    },
  });
  kill = undefined;
  await stage.emulator.settled();
  return { stage, data, ended };
}

const top = async (emulator: Emulator): Promise<string[]> =>
  (await new StageHttp(emulator).names('')).filter((name) => name.startsWith('.stagesync-'));

async function rotate(data: string, names: readonly string[]): Promise<void> {
  await rename(join(data, names[0]!), join(data, 'aside'));
  for (let i = 1; i < names.length; i++) await rename(join(data, names[i]!), join(data, names[i - 1]!));
  await rename(join(data, 'aside'), join(data, names.at(-1)!));
}

describe.each([
  ['files', ['a.csv', 'b.csv', 'c.csv']],
  ['folders', ['dir', 'other', 'third']],
] as const)('a rotation of three %s, killed in the middle', (_, names) => {
  test.each([1, 2, 3, 4])('at move %i: the next run makes it good and leaves nothing hidden', async (nth) => {
    let moves = 0;
    const { stage, data, ended } = await killed(
      [],
      (folder) => rotate(folder, names),
      (phase, kind) => phase === 'committed' && kind === 'move' && ++moves === nth,
    );
    await using _ = stage;
    expect(ended.status).toBe(137);
    const next = await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete', '--json']);
    expect(next.status, next.stderr).toBe(0);
    expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    expect(await top(stage.emulator)).toEqual([]);
    const third = await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete', '--json']);
    expect(third.report).toMatchObject({ outcome: 'clean', uploaded: 0, moved: 0, removed: 0 });
  });
});

test.each([
  ['putFile', 2],
  ['move', 1],
  ['move', 2],
] as const)(
  'a --publish-set killed at %s %i leaves nothing hidden after the next run',
  async (wanted, nth) => {
    let seen = 0;
    const flags = ['--atomic', '--publish-set', '--marker', '_DONE'];
    const { stage, data, ended } = await killed(
      flags,
      (folder) => writeTree(folder, { 'a.csv': 'new a', 'b.csv': 'new b', 'new/n.csv': 'n' }),
      (phase, kind) => phase === 'committed' && kind === wanted && ++seen === nth,
    );
    await using _ = stage;
    expect(ended.status).toBe(137);
    const next = await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete', ...flags]);
    expect(next.status, next.stderr).toBe(0);
    const { _DONE: marker, ...rest } = await stage.snapshot();
    expect(marker).toBeDefined();
    expect(rest).toEqual(snapshotFolder(data));
    expect(await top(stage.emulator)).toEqual([]);
  },
);
