import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/options.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { digestOf, snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const { signal } = new AbortController();

async function beside(files: Readonly<Record<string, string>>, options: EmulatorOptions = {}) {
  const hooks = { at: async (_what: string): Promise<void> => undefined };
  const stage = await servedStage({
    ...options,
    onRequest: (phase, { kind, path }) =>
      hooks.at(`${phase} ${kind} ${path.replace(/-[^/]*-new-/, '-NEW-')}`),
  });
  const { cli, destination, address } = stage;
  await writeTree(join(cli.folder, 'data'), files);
  await destination.makeFolder('target/', { signal });
  const other = (path: string, text: string) =>
    destination.put(`target/${path}`, { size: text.length, bytes: Buffer.from(text) }, { signal });
  const cp = (...args: string[]) => commandInside(cli, ['cp', ...args, address]);
  /** All that lies on the Stage, hidden names too. */
  const names = async () => {
    const root = await destination.listFolder('', { signal });
    return Array.from(root ?? [], ({ name }) => name);
  };
  return { ...stage, hooks, other, cp, names };
}

test.each(['lost_reply', 'reset_after'] as const)(
  'after a %s of an upload and of a move a look tells that the file is there: nothing is sent twice',
  async (fault) => {
    await using stage = await beside({ 'a.csv': 'a', 'b.csv': 'b' });
    const { emulator } = stage;
    emulator.faults.set({ rules: [{ kind: 'putFile', fault, nth: 1 }] });
    expect(await stage.cp('-r', 'data')).toMatchObject({ status: 0 });
    expect(emulator.counters.read().byKind.putFile).toBe(2);
    await stage.other('a.csv', 'other');
    emulator.faults.set({
      rules: ['putFile', 'move'].map((kind) => ({ kind: kind as 'move', fault, nth: 1 })),
    });
    expect(await stage.cp('--atomic', 'data/a.csv', '--overwrite')).toMatchObject({ status: 0 });
    expect(emulator.counters.read().byKind.putFile).toBe(4);
    expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('a'), 'b.csv': digestOf('b') });
    expect(await stage.names()).toEqual(['target']);
  },
);

test('with --atomic what somebody puts while the file is on its way stays', async () => {
  await using stage = await beside({ 'a.csv': 'a', 'b.csv': 'b' });
  stage.hooks.at = async (what) => {
    if (what.startsWith('committed putFile .stagesync-NEW-a.csv')) await stage.other('a.csv', 'theirs');
  };
  const result = await stage.cp('-r', '--atomic', 'data');
  expect(result).toMatchObject({
    status: 3,
    stderr: expect.stringContaining('a.csv is another file (6 bytes, not 1)'),
  });
  expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('theirs'), 'b.csv': digestOf('b') });
  expect(await stage.names()).toEqual(['target']);
});

test('with --atomic, where Stage moves onto no file, also what comes between the look and the move stays', async () => {
  await using stage = await beside({ 'a.csv': 'a' }, { behaviour: { moveOverExisting: 409 } });
  stage.hooks.at = async (what) => {
    if (what.startsWith('received move')) await stage.other('a.csv', 'theirs');
  };
  expect(await stage.cp('--atomic', 'data/a.csv')).toMatchObject({ status: 3 });
  expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('theirs') });
  expect(await stage.names()).toEqual(['target']);
});

test('what somebody puts while a file waits to be sent again stays', async () => {
  await using stage = await beside({ 'a.csv': 'a' });
  stage.emulator.faults.set({
    rules: [{ kind: 'putFile', path: 'target/a.csv', fault: 'status', status: 503, nth: 1 }],
  });
  let isFirst = true;
  stage.hooks.at = async (what) => {
    if (what !== 'received putFile target/a.csv' || !isFirst) return;
    isFirst = false;
    await stage.destination.put('target/x', { size: 6, bytes: Buffer.from('theirs') }, { signal });
    await stage.destination.move('target/x', 'target/a.csv', { signal });
  };
  expect(await stage.cp('data/a.csv')).toMatchObject({ status: 3 });
  expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('theirs') });
});

test('a Stage that replaces nothing, by upload or by move, is overwritten by way of hidden names', async () => {
  await using stage = await beside(
    { 'a.csv': 'new a', 'b.csv': 'new b' },
    { behaviour: { putOverExisting: 409, moveOverExisting: 409 } },
  );
  await stage.other('a.csv', 'old');
  await stage.other('b.csv', 'old');
  expect(await stage.cp('-r', 'data')).toMatchObject({ status: 3 });
  expect(await stage.cp('-r', 'data', '--overwrite')).toMatchObject({ status: 0 });
  expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('new a'), 'b.csv': digestOf('new b') });
  expect(await stage.names()).toEqual(['target']);
});

test('one file that is refused does not stop the others', async () => {
  await using stage = await beside({ 'a.csv': 'a', 'b.csv': 'b', 'sub/c.csv': 'c' });
  stage.emulator.faults.set({
    rules: [
      { kind: 'putFile', path: 'target/a.csv', fault: 'status', status: 400, text: 'no' },
      { kind: 'putFolder', path: 'target/sub/', fault: 'status', status: 400, text: 'no' },
    ],
  });
  const result = await stage.cp('-r', 'data', '--json');
  expect(result.status).toBe(3);
  expect(await stage.snapshot()).toEqual({ 'b.csv': digestOf('b') });
  expect(result.stdout).toContain('"failed":3');
});

test('a Stage that takes no token ends it with status 5', async () => {
  await using stage = await beside({ 'a.csv': 'a' });
  const env = { SINGLESTOREDB_MANAGEMENT_TOKEN: 'wrong' };
  const result = await commandInside(stage.cli, ['cp', '-r', 'data', stage.address], { env });
  expect(result).toMatchObject({ status: 5, stdout: '' });
});

/** The first call alone counts. */
const once = (work: () => unknown): (() => void) => {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
};

const MANY = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`${i % 3}/f${i}.csv`, `content ${i}`]));

test.each([
  ['SIGKILL', 137],
  ['SIGINT', 130],
] as const)(
  'after %s the same command goes on: nothing is sent again but what was in flight',
  async (killed, status) => {
    await using stage = await beside(MANY);
    const { cli, address, emulator } = stage;
    emulator.faults.set({ latency: { putFile: 30 } });
    const args = ['cp', '-r', 'data', address, '--concurrency', '4', '--json'];
    let stop = (): void => undefined;
    stage.hooks.at = async (what) => {
      if (what.startsWith('committed putFile') && emulator.counters.read().byKind.putFile >= 20) stop();
    };
    const first = await cli.run(args, { running: (child) => (stop = once(() => child.kill(killed))) });
    expect(first.status).toBe(status);
    if (killed === 'SIGINT') expect(first.stdout).toContain('"isInterrupted":true');
    await emulator.settled();
    const there = Object.keys(await stage.snapshot()).filter((path) => !path.endsWith('/')).length;
    expect(there).toBeLessThan(60);
    stage.hooks.at = async () => undefined;
    const before = emulator.counters.read().byKind.putFile;
    expect(await commandInside(cli, args)).toMatchObject({ status: 0 });
    expect(emulator.counters.read().byKind.putFile - before).toBe(60 - there);
    expect(await stage.snapshot()).toEqual(snapshotFolder(join(cli.folder, 'data')));
  },
);

test('with --atomic a file whose folder others remove meanwhile comes under a hidden name all the same', async () => {
  await using stage = await beside({ 'a.csv': 'a' }, { behaviour: { missingParentStatus: 404 } });
  const seen: string[] = [];
  let isFirst = true;
  stage.hooks.at = async (what) => {
    if (what.startsWith('received putFile')) seen.push(what.slice('received putFile '.length));
    if (!isFirst || !what.startsWith('committed putFile')) return;
    isFirst = false;
    await stage.destination.remove('target/', { signal });
  };
  expect(await stage.cp('-r', '--atomic', 'data')).toMatchObject({ status: 0 });
  expect(await stage.snapshot()).toEqual({ 'a.csv': digestOf('a') });
  expect(seen).toEqual(['.stagesync-NEW-a.csv', '.stagesync-NEW-a.csv']);
  expect(await stage.names()).toEqual(['target']);
});

test('an old file that cannot get its name back is told with the commands that bring it back', async () => {
  await using stage = await beside(
    { 'a.csv': 'new a' },
    { behaviour: { putOverExisting: 409, moveOverExisting: 409 } },
  );
  await stage.other('a.csv', 'old');
  stage.emulator.faults.set({
    rules: [
      { kind: 'move', pathPattern: String.raw`^\.stagesync-`, fault: 'status', status: 400, text: 'no' },
    ],
  });
  const result = await stage.cp('data/a.csv', '--overwrite');
  expect(result.status).toBe(3);
  expect(result.stderr).toMatch(/stagesync mv --hidden \S+\.stagesync-\S+-old-a\.csv \S+target\/a\.csv/);
});
