import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage } from '../../support/stage/served-stage.ts';
import { StageHttp } from '../../support/stage/stage-http.ts';
import { writeTree } from '../../support/trees/trees.ts';

const FLAGS = ['--atomic', '--publish-set', '--marker', '_DONE', '--json'];

async function withSet(options: Parameters<typeof servedStage>[0] = {}) {
  const stage = await servedStage(options);
  const { cli, address, emulator } = stage;
  const http = new StageHttp(emulator);
  await writeTree(cli.folder, { 'data/a.csv': 'a', 'data/b.csv': 'b' });
  return {
    stage,
    cli,
    http,
    emulator,
    sync: (...flags: string[]) => commandInside(cli, ['sync', 'data', address, ...FLAGS, ...flags]),
    isMarked: async () => (await http.names('target/')).includes('_DONE'),
  };
}

test('a run killed just before the marker leaves it to the next, which writes it though all is in sync', async () => {
  let kill: (() => void) | undefined;
  const hook: RequestHook = (phase, { kind, path }) => {
    if (phase === 'received' && kind === 'putFile' && path === 'target/_DONE') kill?.();
    // what arrived is not done any more
    return phase === 'received' && path === 'target/_DONE' && kill !== undefined
      ? new Promise(() => undefined)
      : undefined;
  };
  const { stage, cli, sync, isMarked } = await withSet({ onRequest: hook });
  await using _ = stage;
  const ended = await cli.run(['sync', 'data', stage.address, ...FLAGS], {
    running: (child) => {
      kill = () => child.kill('SIGKILL');
    },
  });
  kill = undefined;
  expect([ended.status, await isMarked()]).toEqual([137, false]);
  const next = await sync();
  expect(next).toMatchObject({ status: 0, report: { uploaded: 0 } });
  expect(await isMarked()).toBe(true);
});

test('a run killed between the last file of a set and the marker, likewise, also with --trust-ledger', async () => {
  let [kill, moves]: [(() => void) | undefined, number] = [undefined, 0];
  const { stage, cli, sync, isMarked } = await withSet({
    onRequest: (phase, { kind }) => {
      if (phase === 'committed' && kind === 'move' && ++moves === 2) kill?.();
    },
  });
  await using _ = stage;
  const ended = await cli.run(['sync', 'data', stage.address, ...FLAGS], {
    running: (child) => {
      kill = () => child.kill('SIGKILL');
    },
  });
  kill = undefined;
  expect(ended.status).toBe(137);
  expect((await sync('--trust-ledger')).status).toBe(0);
  expect(await isMarked()).toBe(true);
});

test('a marker that somebody removed comes back', async () => {
  const { stage, sync, http, isMarked } = await withSet();
  await using _ = stage;
  await sync();
  await http.send('DELETE', 'target/_DONE');
  const next = await sync();
  expect(next).toMatchObject({ status: 0, report: { uploaded: 0 } });
  expect(await isMarked()).toBe(true);
  const before = stage.changingRequests();
  await sync();
  expect(stage.changingRequests()).toBe(before);
});

test.each([
  { putOverExisting: 409 },
  { putOverExisting: 400, moveOverExisting: 400 },
  { putOverExisting: 409, moveOverExisting: 'overwrite' },
] as const)(
  'every publication gets its marker on a Stage that refuses to replace files: %o',
  async (behaviour) => {
    const { stage, cli, sync, isMarked, http } = await withSet({ behaviour });
    await using _ = stage;
    for (let round = 0; round < 4; round++) {
      await writeTree(cli.folder, { 'data/a.csv': 'a'.repeat(round + 2) });
      const run = await sync();
      expect(run, run.stderr).toMatchObject({ status: 0, report: { uploaded: round === 0 ? 2 : 1 } });
      expect(await isMarked()).toBe(true);
    }
    expect((await http.names('')).filter((name) => name.startsWith('.stagesync-'))).toEqual([]);
  },
);

test('a marker that cannot be written is a failure, and the next run writes it', async () => {
  const { stage, sync, emulator, isMarked } = await withSet();
  await using _ = stage;
  emulator.faults.set({ rules: [{ fault: 'status', status: 413, verb: 'PUT', path: 'target/_DONE' }] });
  const run = await sync();
  expect(run.status).toBe(3);
  expect(run.stderr).toMatch(/failed: _DONE: .*marker could not be written/);
  emulator.faults.set({});
  expect(await sync()).toMatchObject({ status: 0, report: { uploaded: 0 } });
  expect(await isMarked()).toBe(true);
});

test('no marker where a part of the set failed, and none is due by that', async () => {
  const { stage, cli, sync, emulator, isMarked } = await withSet();
  await using _ = stage;
  await writeTree(cli.folder, { 'data/big.csv': 'x'.repeat(5000) });
  emulator.behaviour.set({ fileLimitBytes: 1000 });
  expect((await sync()).status).toBe(3);
  expect(await isMarked()).toBe(false);
  await rm(join(cli.folder, 'data/big.csv'));
  expect((await sync()).status).toBe(0);
  expect(await isMarked()).toBe(true);
});

test.each(['--delete', '--mirror'])(
  '%s does not take a marker for a file that is gone from the source',
  async (flag) => {
    const { stage, sync, isMarked, cli } = await withSet();
    await using _ = stage;
    await sync(flag);
    await rm(join(cli.folder, 'data/b.csv'));
    expect(await sync(flag)).toMatchObject({ status: 0, report: { removed: 1 } });
    expect(await isMarked()).toBe(true);
  },
);
