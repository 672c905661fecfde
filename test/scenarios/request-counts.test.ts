import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RequestKind } from '../../src/emulator/counters.ts';
import { snapshotFolder } from '../support/trees.ts';
import { servedStage, type ServedStage } from '../support/served-stage.ts';

const FOLDERS = 20;
const FILES = 200;

/** `tree/f00/000.csv` …: FILES files in FOLDERS folders below one, each with content of its own. */
async function makeTree(top: string): Promise<void> {
  for (let folder = 0; folder < FOLDERS; folder++) {
    const path = join(top, `f${String(folder).padStart(2, '0')}`);
    await mkdir(path, { recursive: true });
    for (let file = 0; file < FILES / FOLDERS; file++) {
      await writeFile(join(path, `${String(file).padStart(3, '0')}.csv`), `${top}/${folder}/${file}`);
    }
  }
}

interface Sync {
  readonly counts: Readonly<Record<RequestKind, number>>;
  readonly lists: number;
  readonly changes: number;
}

async function sync(stage: ServedStage, ...flags: string[]): Promise<Sync> {
  stage.emulator.counters.reset();
  const result = await stage.cli.run(['sync', 'data', stage.address, '--json', ...flags]);
  expect(result.status, result.stderr).toBe(0);
  const { byKind, changing } = stage.emulator.counters.read();
  return { counts: byKind, lists: byKind.list, changes: changing };
}

async function withTree(work: (stage: ServedStage, data: string) => Promise<void>): Promise<void> {
  await using stage = await servedStage();
  const data = join(stage.cli.folder, 'data');
  await makeTree(join(data, 'tree'));
  await mkdir(join(data, 'other'));
  for (const name of ['a', 'b', 'c']) await writeFile(join(data, 'other', `${name}.csv`), name.repeat(500));
  await work(stage, data);
}

const FILES_IN_ALL = FILES + 3;
/** tree/, its folders, other/. */
const FOLDERS_IN_ALL = FOLDERS + 2;

describe('how many requests a run makes', () => {
  test('a first run: one PUT a file, one a folder, the target, and two listings a folder at most', async () => {
    await withTree(async (stage) => {
      const { counts, lists } = await sync(stage);
      expect(counts.putFile).toBe(FILES_IN_ALL);
      expect(counts.putFolder).toBe(FOLDERS_IN_ALL + 1);
      expect(lists).toBeLessThanOrEqual(1 + 2 * FOLDERS_IN_ALL);
      expect(counts.metadata + counts.download + counts.move + counts.remove).toBe(0);
    });
  });

  test('nothing changed: one listing a folder and no other call; with --trust-ledger none', async () => {
    await withTree(async (stage) => {
      await sync(stage);
      const again = await sync(stage);
      expect(again.changes).toBe(0);
      expect(again.lists).toBe(1 + FOLDERS_IN_ALL);
      expect(again.counts.metadata + again.counts.download).toBe(0);
      const trusting = await sync(stage, '--trust-ledger');
      expect(trusting.lists + trusting.changes + trusting.counts.metadata).toBe(0);
    });
  });

  test('edited files: one PUT each', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      for (const name of ['a', 'b']) await writeFile(join(data, 'other', `${name}.csv`), `new ${name}`);
      const { counts, changes } = await sync(stage);
      expect(counts.putFile).toBe(2);
      expect(changes).toBe(2);
    });
  });

  test('a renamed file: one PATCH, no PUT', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'other', 'a.csv'), join(data, 'other', 'z.csv'));
      const { counts, changes } = await sync(stage);
      expect(counts.move).toBe(1);
      expect(changes).toBe(1);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('a renamed folder: one PATCH, no PUT', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'tree'), join(data, 'renamed'));
      const { counts, changes } = await sync(stage, '--delete');
      expect(counts.move).toBe(1);
      expect(changes).toBe(1);
      expect((await sync(stage, '--delete')).changes).toBe(0);
    });
  });

  test('a renamed folder with one file edited, one added and one removed: four changes', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'tree'), join(data, 'renamed'));
      await writeFile(join(data, 'renamed/f00/000.csv'), 'edited');
      await writeFile(join(data, 'renamed/f01/new.csv'), 'added');
      await rm(join(data, 'renamed/f02/000.csv'));
      const { counts, changes } = await sync(stage, '--delete');
      expect(counts.move).toBe(1);
      expect(counts.putFile).toBe(2);
      expect(counts.remove).toBe(1);
      expect(changes).toBe(4);
      expect((await sync(stage, '--delete')).changes).toBe(0);
    });
  });

  test('a removed folder with --delete: one DELETE', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rm(join(data, 'tree'), { recursive: true });
      const { counts, changes } = await sync(stage, '--delete', '--force', 'max-delete');
      expect(counts.remove).toBe(1);
      expect(changes).toBe(1);
    });
  });

  test('two folders swapped: three PATCH, no PUT', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'tree/f00'), join(data, 'aside'));
      await rename(join(data, 'tree/f01'), join(data, 'tree/f00'));
      await rename(join(data, 'aside'), join(data, 'tree/f01'));
      const { counts, changes } = await sync(stage);
      expect(counts.move).toBe(3);
      expect(changes).toBe(3);
      expect((await sync(stage)).changes).toBe(0);
    });
  });

  test('an empty folder is created, and removed with --delete', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await mkdir(join(data, 'empty'));
      expect((await sync(stage)).counts.putFolder).toBe(1);
      await rm(join(data, 'empty'), { recursive: true });
      expect((await sync(stage)).changes).toBe(0);
      expect((await sync(stage, '--delete')).counts.remove).toBe(1);
    });
  });
});
