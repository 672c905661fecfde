import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestHook } from '../../../src/emulator/request-info.ts';
import type { FaultRule } from '../../../src/emulator/control/faults.ts';
import { actionsOf } from '../../support/cli/cli.ts';
import type { CliResult } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const run = (stage: ServedStage, ...flags: string[]): Promise<CliResult> =>
  commandInside(stage.cli, ['sync', 'data', stage.address, '--json', ...flags]);

async function withFiles(
  files: number,
  rules: readonly FaultRule[] = [],
  onRequest?: RequestHook,
): Promise<ServedStage> {
  const stage = await servedStage({ faults: { rules }, ...(onRequest && { onRequest }) });
  await writeTree(
    stage.cli.folder,
    Object.fromEntries(
      Array.from({ length: files }, (_, at) => [`data/d${at % 3}/f${at}.csv`, `file ${at}`]),
    ),
  );
  return stage;
}

const problemsOf = ({ events }: CliResult): string[] =>
  events.flatMap((event) =>
    event.type === 'problem' ? [`${event.severity} ${event.code} ${event.path}: ${event.message}`] : [],
  );

const downloads = ({ emulator }: ServedStage): number => emulator.counters.read().byKind.download;

test.each([['in place'], ['--atomic'], ['--atomic', '--publish-set']])(
  '--verify all reads back each file that was sent, and no other: %s',
  async (...flags) => {
    await using stage = await withFiles(30);
    const given = flags[0] === 'in place' ? [] : flags;
    const first = await run(stage, '--verify', 'all', ...given);
    expect(first).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 30, verified: 30 } });
    expect(downloads(stage)).toBe(30);
    await writeTree(stage.cli.folder, { 'data/d0/f0.csv': 'changed' });
    const second = await run(stage, '--verify', 'all', ...given);
    expect(second.report).toMatchObject({ uploaded: 1, verified: 1, unchanged: 29 });
    expect(downloads(stage)).toBe(31);
    expect((await run(stage, ...given)).report).not.toHaveProperty('verified');
  },
);

test('--verify sample=N reads back so many, or all where there are fewer', async () => {
  await using stage = await withFiles(30);
  expect((await run(stage, '--verify', 'sample=7')).report).toMatchObject({ uploaded: 30, verified: 7 });
  expect(downloads(stage)).toBe(7);
  await writeTree(stage.cli.folder, { 'data/d0/f0.csv': 'changed' });
  expect((await run(stage, '--verify', 'sample=7')).report).toMatchObject({ uploaded: 1, verified: 1 });
  expect((await run(stage, '--verify', 'sample=7', '--dry-run')).report).not.toHaveProperty('verified');
  for (const wrong of ['sample=0', 'sample', '7', 'sample=1.5'])
    expect((await run(stage, '--verify', wrong)).status).toBe(2);
  const text = await commandInside(stage.cli, ['sync', 'data', stage.address, '--verify', 'all']);
  expect(text.stdout + text.stderr).toMatch(/verified +0 of 0 uploaded, read back and equal/);
});

test.each(['all', 'sample=100'])(
  'a file that comes back otherwise is a failure, and the next run sends it again: --verify %s',
  async (how) => {
    // as a store that spoils a file would: what is read is not what was put
    let spoil: (() => Promise<unknown>) | undefined;
    await using stage = await withFiles(6, [], async (phase, { kind, path }) => {
      if (phase !== 'received' || kind !== 'download' || path !== 'target/d1/f1.csv') return;
      const [once] = [spoil];
      spoil = undefined;
      await once?.();
    });
    const bytes = Buffer.from('FILE 1');
    const { signal } = new AbortController();
    spoil = () => stage.destination.put('target/d1/f1.csv', { size: bytes.length, bytes }, { signal });
    const first = await run(stage, '--verify', how);
    expect(first).toMatchObject({ status: 3, report: { uploaded: 6, verified: 5, failed: 1 } });
    expect(problemsOf(first)).toEqual([
      'failure not_verified d1/f1.csv: the 6 bytes that Stage gives back are not those that were sent; the next run sends it again',
    ]);
    const second = await run(stage, '--verify', how);
    expect(actionsOf(second)).toEqual(['upload d1/f1.csv changed']);
    expect(second).toMatchObject({ status: 0, report: { verified: 1 } });
    expect(actionsOf(await run(stage, '--verify', how))).toEqual([]);
    expect(await stage.snapshot()).toEqual(snapshotFolder(join(stage.cli.folder, 'data')));
  },
);

test('a file that is gone again, or that cannot be read, is a failure and is sent again', async () => {
  await using stage = await withFiles(3, [
    { fault: 'status', status: 404, verb: 'GET', kind: 'download', path: 'target/d0/f0.csv' },
    { fault: 'status', status: 400, verb: 'GET', kind: 'download', path: 'target/d1/f1.csv' },
  ]);
  const first = await run(stage, '--verify', 'all');
  expect(first.report).toMatchObject({ uploaded: 3, verified: 1, failed: 2 });
  stage.emulator.faults.set({});
  expect(actionsOf(await run(stage, '--verify', 'all'))).toEqual([
    'upload d0/f0.csv changed',
    'upload d1/f1.csv changed',
  ]);
});
