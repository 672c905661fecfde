import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RequestKind } from '../../../src/emulator/control/counters.ts';
import { commandInside } from '../../support/cli/command-inside.ts';
import { snapshotFolder } from '../../support/trees/trees.ts';
import { servedStage, type ServedStage } from '../../support/stage/served-stage.ts';

const FOLDERS = 20;
const FILES = 200;

type Edit = (data: string) => Promise<unknown>;

const SET = ['--atomic', '--publish-set', '--marker', '_SUCCESS'] as const;

const write =
  (path: string, content: string): Edit =>
  async (data) => {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), content);
  };

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
  const result = await commandInside(stage.cli, ['sync', 'data', stage.address, '--json', ...flags]);
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
/** Listings of everything: the target and each folder. */
const LISTS_ALL = 1 + FOLDERS_IN_ALL;
/** Nothing here has shown yet whether this Stage leaves moved files their times: where one arrived, a listing tells. */
const TIMES_LEARNT = 1;
const LISTS_TREE = 1 + FOLDERS;

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

  test('a renamed file: one PATCH, no PUT, one fresh look at the folder it leaves and one at the one it comes to', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'other', 'a.csv'), join(data, 'other', 'z.csv'));
      const { counts, changes, lists } = await sync(stage);
      expect(counts.move).toBe(1);
      expect(changes).toBe(1);
      expect(lists).toBe(LISTS_ALL + 1 + TIMES_LEARNT);
      expect(counts.metadata + counts.download).toBe(0);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('files renamed out of one folder into one: one fresh look at either for all of them', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      for (const name of ['a', 'b'])
        await rename(join(data, 'other', `${name}.csv`), join(data, `${name}.csv`));
      const { counts, changes, lists } = await sync(stage);
      expect([counts.move, changes, lists]).toEqual([2, 2, LISTS_ALL + 1 + TIMES_LEARNT]);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('a renamed folder: one PATCH, no PUT, and its listings before and after', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'tree'), join(data, 'renamed'));
      const { counts, changes, lists } = await sync(stage, '--delete');
      expect(counts.move).toBe(1);
      expect(changes).toBe(1);
      expect(lists).toBe(LISTS_ALL + 2 * LISTS_TREE);
      expect(counts.metadata + counts.download).toBe(0);
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

  test('a removed folder with --delete: its listings, one PATCH, its listings again, one DELETE', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rm(join(data, 'tree'), { recursive: true });
      const { counts, changes, lists } = await sync(stage, '--delete', '--force', 'max-delete');
      expect([counts.move, counts.remove, changes]).toEqual([1, 1, 2]);
      expect(lists).toBe(LISTS_ALL + 2 * LISTS_TREE);
      expect(counts.metadata + counts.download).toBe(0);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('removed files: one DELETE each, and one fresh look for each folder in which files go', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      for (const path of ['f00/000', 'f00/001', 'f00/002', 'f01/000', 'f02/000', 'f02/001'])
        await rm(join(data, `tree/${path}.csv`));
      const { counts, changes, lists } = await sync(stage, '--delete');
      expect([counts.remove, changes]).toEqual([6, 6]);
      expect(lists).toBe(LISTS_ALL + 3);
      expect(counts.metadata + counts.download).toBe(0);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('--trust-ledger looks at what goes and what moves, and at nothing else', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rm(join(data, 'tree/f00'), { recursive: true });
      await rm(join(data, 'tree/f01/000.csv'));
      await rename(join(data, 'tree/f02/000.csv'), join(data, 'moved.csv'));
      await rename(join(data, 'tree/f03'), join(data, 'tree/g03'));
      const { counts, changes, lists } = await sync(stage, '--trust-ledger', '--delete');
      // the folder that goes: a PATCH and a DELETE
      expect([counts.move, counts.remove, changes]).toEqual([3, 2, 5]);
      // before and after for either folder, and one for each of the files
      expect(lists).toBe(2 + 2 + 1 + 1 + TIMES_LEARNT);
      expect(await stage.snapshot()).toEqual(snapshotFolder(data));
    });
  });

  test('two folders swapped: three PATCH, no PUT, and their listings before and after', async () => {
    await withTree(async (stage, data) => {
      await sync(stage);
      await rename(join(data, 'tree/f00'), join(data, 'aside'));
      await rename(join(data, 'tree/f01'), join(data, 'tree/f00'));
      await rename(join(data, 'aside'), join(data, 'tree/f01'));
      const { counts, changes, lists } = await sync(stage);
      expect(counts.move).toBe(3);
      expect(changes).toBe(3);
      // what waits under a hidden name is known to this run alone: it is not looked at once more when it comes in
      expect(lists).toBe(LISTS_ALL + 2 * 2 + TIMES_LEARNT);
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

/** Requests by kind; those that are not named are none. */
type Price = Partial<Record<RequestKind, number>>;

/** What each of these runs, one after the other, sent before removals and moves looked first. */
const UNCHANGED_PRICES: Readonly<
  Record<string, readonly (readonly [flags: readonly string[], price: Price, edit?: Edit])[]>
> = {
  'in place': [
    [[], { list: 6, putFile: 20, putFolder: 5 }],
    [[], { list: 5 }],
    [['--delete'], { list: 5 }],
    [['--mirror'], { list: 5 }],
    [['--trust-ledger'], {}],
    [[], { list: 6, putFile: 1 }, write('d0/1.csv', 'edited')],
    [['--delete'], { list: 6, putFile: 1 }, write('d0/1.csv', 'edited again')],
    [['--delete'], { list: 6, putFile: 1 }, write('d0/new.csv', 'new')],
    [['--delete'], { list: 6, putFile: 1, putFolder: 2 }, write('n/m/1.csv', 'new')],
    [['--delete'], { list: 7 }, (data) => utimes(join(data, 'd1/1.csv'), 1000, 1000)],
    [['--trust-ledger', '--delete'], { list: 1, putFile: 1 }, write('d1/2.csv', 'more')],
    [['--dry-run', '--delete'], { list: 7 }, write('d1/2.csv', 'more and')],
    [[], { list: 7 + 1, putFile: 1 }, (data) => rm(join(data, 'd2/1.csv'))],
  ],
  '--atomic': [
    [['--atomic'], { list: 6, putFile: 20, putFolder: 6, move: 20, remove: 1 }],
    [['--atomic'], { list: 5 }],
    // a Stage whose moves replace no file: the old one steps aside
    [['--atomic'], { list: 6, putFile: 1, putFolder: 1, move: 3, remove: 2 }, write('d0/1.csv', 'edited')],
  ],
  '--publish-set': [
    [SET, { list: 6, putFile: 21, putFolder: 6, move: 20, remove: 1 }],
    [SET, { list: 5 }],
    [SET, { list: 6, putFile: 2, putFolder: 1, move: 3, remove: 2 }, write('d0/1.csv', 'edited')],
  ],
};

describe('a run that removes and moves nothing sends not one request more than it did', () => {
  test.each(Object.entries(UNCHANGED_PRICES))('%s', async (_, runs) => {
    await using stage = await servedStage();
    const data = join(stage.cli.folder, 'data');
    for (let folder = 0; folder < 4; folder++)
      for (let file = 0; file < 5; file++) await write(`d${folder}/${file}.csv`, `${folder}-${file}`)(data);
    for (const [index, [flags, price, edit]] of runs.entries()) {
      await edit?.(data);
      const { counts } = await sync(stage, ...flags);
      const sent = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
      expect(sent, `run ${index + 1}: ${flags.join(' ')}`).toEqual(price);
    }
  });
});
