import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { actionsOf } from '../../support/cli/cli.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';
import { snapshotFolder, writeTree } from '../../support/trees/trees.ts';

const TREE = {
  'a.csv': 'a',
  'd/b.csv': 'bb',
  'd/e/large.csv': 'c'.repeat(600_000),
  none: '',
  'empty/inner/': '',
};

/** A Stage with these files, and a command line. */
async function filled(): Promise<ServedStage> {
  const stage = await servedStage();
  await writeTree(join(stage.cli.folder, 'data'), TREE);
  const { status } = await commandInside(stage.cli, ['sync', 'data', stage.address]);
  expect(status).toBe(0);
  return stage;
}

const pull = (stage: ServedStage, ...more: readonly string[]) =>
  commandInside(stage.cli, ['pull', stage.address, 'out', '--json', ...more]);
const folder = (stage: ServedStage, name: string) => snapshotFolder(join(stage.cli.folder, name));

test('a first pull makes the directory and brings everything, a second does nothing', async () => {
  await using stage = await filled();
  const first = await pull(stage);
  expect(first).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 4, foldersCreated: 4 } });
  expect(folder(stage, 'out')).toEqual(folder(stage, 'data'));
  const second = await pull(stage);
  expect(second).toMatchObject({ status: 0, report: { outcome: 'clean', uploaded: 0, unchanged: 4 } });
});

test('"sync stage://… DIR" is the same pair as "pull"', async () => {
  await using stage = await filled();
  await pull(stage);
  const run = await commandInside(stage.cli, ['sync', stage.address, 'out', '--json']);
  expect(run).toMatchObject({ status: 0, report: { uploaded: 0, adopted: 0, unchanged: 4 } });
});

test('what is new, changed and gone on Stage is so in the directory; a removal only where asked', async () => {
  await using stage = await filled();
  await pull(stage);
  await writeTree(join(stage.cli.folder, 'data'), { 'a.csv': 'another', 'new/x.csv': 'x' });
  await rm(join(stage.cli.folder, 'data', 'none'));
  await commandInside(stage.cli, ['sync', 'data', stage.address, '--delete']);
  const run = await pull(stage);
  expect(actionsOf(run)).toEqual(['createFolder new/ new', 'upload a.csv changed', 'upload new/x.csv new']);
  const removing = await pull(stage, '--delete');
  expect(actionsOf(removing)).toEqual(['remove none gone_from_source']);
  expect(folder(stage, 'out')).toEqual(folder(stage, 'data'));
});

test('"explain" knows a file by its place in the directory, and on the Stage', async () => {
  await using stage = await filled();
  await pull(stage);
  for (const path of ['out/d/b.csv', `${stage.address}/d/b.csv`]) {
    const { status, stdout } = await commandInside(stage.cli, ['explain', path]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/d\/b\.csv: synced \(new\), 2 bytes/);
  }
});

test('the files have the times that Stage shows', async () => {
  await using stage = await filled();
  await pull(stage);
  const shown = await stage.destination.stat('target/a.csv', { signal: new AbortController().signal });
  const { mtimeMs } = await stat(join(stage.cli.folder, 'out', 'a.csv'));
  expect(Math.floor(mtimeMs)).toBe(shown?.modifiedMs);
});

test('a download that is cut goes on where it was cut', async () => {
  await using stage = await filled();
  const bytes = Buffer.alloc(8_000_000, 'large');
  const { signal } = new AbortController();
  await stage.destination.put('target/large', { size: bytes.length, bytes }, { signal });
  const served = stage.emulator.counters.read().bytesServed;
  stage.emulator.faults.set({
    rules: [{ kind: 'content', path: 'target/large', fault: 'truncated_reply', times: 1 }],
  });
  const run = await pull(stage);
  expect(run).toMatchObject({ status: 0, report: { uploaded: 5 } });
  expect((await readFile(join(stage.cli.folder, 'out', 'large'))).equals(bytes)).toBe(true);
  // without a resumption the half of it would come twice
  expect(stage.emulator.counters.read().bytesServed - served).toBeLessThan(8_000_000 * 1.2 + 700_000);
});

test('a pull that is killed leaves no half file under its name, and the next one clears what is left', async () => {
  await using stage = await filled();
  const large = Buffer.alloc(8_000_000, 'large');
  await stage.destination.put(
    'target/large',
    { size: large.length, bytes: large },
    { signal: new AbortController().signal },
  );
  const out = join(stage.cli.folder, 'out');
  const hidden = async (): Promise<string[]> =>
    (await readdir(out).catch(() => [])).filter((name) => name.startsWith('.stagesync-'));
  stage.emulator.faults.set({ rules: [{ kind: 'content', fault: 'stall' }] });
  const killed = await stage.cli.run(['pull', stage.address, 'out'], {
    running: (child) =>
      void vi
        .waitFor(async () => expect(await hidden()).not.toEqual([]), { timeout: 60_000, interval: 20 })
        .then(() => child.kill('SIGKILL')),
  });
  expect(killed.status).toBe(137);
  expect(await hidden()).not.toEqual([]);
  expect(await readdir(out)).not.toContain('large');
  stage.emulator.faults.set({});
  expect(await pull(stage)).toMatchObject({ status: 0 });
  expect(await hidden()).toEqual([]);
  expect((await readFile(join(out, 'large'))).equals(large)).toBe(true);
});

test('a dry run says what would come, and makes nothing', async () => {
  await using stage = await filled();
  const run = await pull(stage, '--dry-run');
  expect(run.events.filter(({ type }) => type === 'planned')).toHaveLength(8);
  expect(() => folder(stage, 'out')).toThrow(/ENOENT/);
});

test('a plan of a pull is applied, and what changed since is left out', async () => {
  await using stage = await filled();
  const { cli } = stage;
  const plan = await commandInside(cli, ['plan', stage.address, 'out', '-o', 'plan.json']);
  expect(plan.status).toBe(0);
  await stage.destination.remove('target/a.csv', { signal: new AbortController().signal });
  const run = await commandInside(cli, ['apply', 'plan.json', '--json']);
  expect(run.report).toMatchObject({ uploaded: 3 });
  expect(folder(stage, 'out')['a.csv']).toBeUndefined();
  await rename(join(cli.folder, 'out'), join(cli.folder, 'elsewhere'));
  const text = await commandInside(cli, ['status', stage.address]);
  expect(text.stdout).toContain(join(cli.folder, 'out'));
});

test('rules leave out what they leave out, also those of a .stagesyncignore in the directory', async () => {
  await using stage = await filled();
  await writeTree(join(stage.cli.folder, 'out'), { '.stagesyncignore': 'none\n', none: 'mine' });
  const run = await pull(stage, '--exclude', 'd/e/', '--mirror');
  expect(run.report).toMatchObject({ outcome: 'clean', uploaded: 2, removed: 0 });
  expect(Object.keys(folder(stage, 'out'))).toEqual(
    expect.arrayContaining(['.stagesyncignore', 'a.csv', 'd/b.csv', 'none']),
  );
});

test('a directory where a file is in its place is refused', async () => {
  await using stage = await filled();
  await writeFile(join(stage.cli.folder, 'out'), 'file');
  const run = await pull(stage);
  expect(run.status).toBe(3);
  expect(run.stderr).toMatch(/is not a folder; name a folder, or move away what has its name/);
});
