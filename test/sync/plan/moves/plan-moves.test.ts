import { describe, expect, onTestFinished, test } from 'vitest';
import { STAGE_WORDS } from '../../../../src/destinations/stage/stage-words.ts';
import { nameOf } from '../../../../src/model/path.ts';
import { folderRow } from '../../../../src/sync/ledger/ledger-row.ts';
import { planMoves } from '../../../../src/sync/plan/moves/plan-moves.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';
import type { Phase } from '../../../../src/sync/plan/store/step-table.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';

/** A plan before its moves are looked for. A file's identity is its content; here, one word. */
interface Before {
  /** Files to upload, with what they hold. */
  readonly comes: Readonly<Record<string, string>>;
  /** Of those, the ones that replace a file on Stage. */
  readonly replaces?: readonly string[];
  /** Files on Stage whose content the source no longer has there. */
  readonly free: Readonly<Record<string, string>>;
  /** Of those, the ones whose path still has a file in the source. */
  readonly changed?: readonly string[];
  /** Folders that only the source has. */
  readonly folders?: readonly string[];
  /** Folders that both ends have. */
  readonly standing?: readonly string[];
  /** Folders on Stage with nothing but free files of ours in them, and how many. */
  readonly whole?: Readonly<Record<string, number>>;
  /** Folders that the ledger knows. */
  readonly known?: readonly string[];
  /** Removals planned so far, with the number of files that go. */
  readonly removals?: Readonly<Record<string, number>>;
  readonly removesGone?: boolean;
  /** Folders that turned out to hold more than the plan knew. */
  readonly mixed?: readonly string[];
  /** Names that something on Stage has and leaves only by a move. */
  readonly obstacles?: readonly string[];
}

async function planned(before: Before) {
  const store = new PlanStore();
  const ledger = memoryLedger();
  onTestFinished(() => store[Symbol.dispose]());
  for (const [path, identity] of Object.entries(before.comes)) {
    const replaces = before.replaces?.includes(path) ? { size: 3, modifiedMs: 1 } : undefined;
    const reason = replaces === undefined ? 'new' : 'changed';
    const entry = { kind: 'file', path, size: 3, modifiedMs: 1, version: identity, identity } as const;
    store.arrivals.add({ path, reason, entry, replaces, digest: undefined });
  }
  for (const [path, identity] of Object.entries(before.free))
    store.freed.add({
      path,
      size: 3,
      identity,
      digest: undefined,
      gone: before.changed?.includes(path) !== true,
    });
  for (const path of before.folders ?? []) store.folders.add(path, 'new');
  for (const path of before.standing ?? []) store.commonFolders.add(path);
  for (const [path, files] of Object.entries(before.whole ?? {})) store.wholeFolders.add(path, files);
  for (const path of before.known ?? []) ledger.put(folderRow(path), 'new');
  for (const [path, files] of Object.entries(before.removals ?? {}))
    store.removals.add({ path, reason: 'gone_from_source', files, stamp: '' });
  for (const path of before.obstacles ?? []) store.obstacles.add(path);
  await store.pairs.find(() => Promise.resolve(undefined));
  const refused: string[] = [];
  planMoves(store, ledger, {
    removesGone: before.removesGone ?? false,
    mayMove: (folder) => before.mixed?.includes(folder) !== true,
    hiddenName: ({ from }) => `.hidden-${nameOf(from)}${from.endsWith('/') ? '/' : ''}`,
    words: STAGE_WORDS,
    refuse: (path, { code }) => refused.push(`${path} ${code}`),
  });
  const steps = (phase: Phase): string[] =>
    [...store.steps.of(phase)].map(({ from, to }) => `${from} > ${to}`);
  return {
    folderMoves: [...store.steps.of('folders')].map(({ from, to, files }) => `${from} > ${to} ${files}`),
    fileMoves: steps('files'),
    foldersAfter: [...store.folders.all()].filter(({ waits }) => waits === 1).map(({ path }) => path),
    uploads: [...store.arrivals.all()].map(({ path }) => path),
    replaced: [...store.arrivals.all()]
      .filter(({ replaces }) => replaces !== undefined)
      .map(({ path }) => path),
    folders: [...store.folders.all()].map(({ path }) => path),
    removals: [...store.removals.requests()].map(
      ({ path, reason, files }) =>
        `${path} ${reason} ${path.endsWith('/') ? store.removals.filesWithin(path) : files}`,
    ),
    outFirst: steps('outFirst'),
    inLast: steps('inLast'),
    refused,
  };
}

describe('a file that only changed its place', () => {
  test('moves instead of being uploaded and removed', async () => {
    const plan = await planned({
      comes: { new: 'X', other: 'Y' },
      free: { old: 'X' },
      removals: { old: 1, gone: 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({
      fileMoves: ['old > new'],
      folderMoves: [],
      uploads: ['other'],
      removals: ['gone gone_from_source 1'],
    });
  });

  test('moves onto a name that another move frees: the end of the chain first', async () => {
    const plan = await planned({
      comes: { b: 'X', c: 'Y' },
      replaces: ['b'],
      free: { a: 'X', b: 'Y' },
      changed: ['b'],
    });
    expect(plan.fileMoves).toEqual(['b > c', 'a > b']);
  });

  test('and one that took its name swap through a hidden name', async () => {
    const plan = await planned({
      comes: { 'd/a': 'Y', 'd/b': 'X' },
      replaces: ['d/a', 'd/b'],
      free: { 'd/a': 'X', 'd/b': 'Y' },
      changed: ['d/a', 'd/b'],
    });
    const aside = '.hidden-b';
    expect(plan.fileMoves).toEqual([`d/b > ${aside}`, 'd/a > d/b', `${aside} > d/a`]);
    expect(plan.uploads).toEqual([]);
  });

  test('is uploaded when the name is taken by a file that stays, and so is what counted on its leaving', async () => {
    const plan = await planned({
      comes: { taken: 'X', old: 'Y' },
      replaces: ['taken', 'old'],
      free: { old: 'X', older: 'Y' },
      changed: ['old'],
    });
    expect(plan).toMatchObject({ fileMoves: [], uploads: ['old', 'taken'] });
  });

  test('is one file less of the folder that is removed as a whole', async () => {
    const plan = await planned({
      comes: { new: 'X' },
      free: { 'd/e/old': 'X', 'd/gone': 'Y' },
      removals: { 'd/': 2, 'd/e/': 1, 'd/e/old': 1, 'd/gone': 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({ fileMoves: ['d/e/old > new'], removals: ['d/ gone_from_source 1'] });
  });
});

describe('a folder that only changed its place', () => {
  const renamed: Before = {
    comes: { 'b/1': 'X', 'b/s/2': 'Y' },
    free: { 'a/1': 'X', 'a/s/2': 'Y' },
    folders: ['b/', 'b/s/'],
    whole: { 'a/': 2, 'a/s/': 1 },
    known: ['a/', 'a/s/'],
    removals: { 'a/': 2, 'a/1': 1, 'a/s/': 1, 'a/s/2': 1 },
    removesGone: true,
  };

  test('moves in one request, with its folders and files, and nothing is left to do', async () => {
    expect(await planned(renamed)).toEqual({
      folderMoves: ['a/ > b/ 2'],
      fileMoves: [],
      foldersAfter: [],
      uploads: [],
      replaced: [],
      folders: [],
      removals: [],
      outFirst: [],
      inLast: [],
      refused: [],
    });
  });

  test('leaves the folders it does not bring to be made after it', async () => {
    const plan = await planned({ ...renamed, folders: ['b/', 'b/new/', 'b/s/'] });
    expect(plan).toMatchObject({ folders: ['b/new/'], foldersAfter: ['b/new/'] });
  });

  test('takes along a folder that the source still has at the old place: it is made again after the move', async () => {
    const plan = await planned({
      ...renamed,
      standing: ['a/'],
      removals: { 'a/1': 1, 'a/s/': 1, 'a/s/2': 1 },
    });
    expect(plan).toMatchObject({ folderMoves: ['a/ > b/ 2'], folders: ['a/'], foldersAfter: ['a/'] });
  });

  test('takes the old place along: what the source has new there is made after the move', async () => {
    const plan = await planned({
      ...renamed,
      standing: ['a/'],
      folders: ['a/new/', 'b/', 'b/s/'],
      removals: { 'a/1': 1, 'a/s/': 1, 'a/s/2': 1 },
    });
    expect(plan).toMatchObject({ folderMoves: ['a/ > b/ 2'], foldersAfter: ['a/', 'a/new/'] });
  });

  test.each<[string, Before, string[]]>([
    [
      'folders to be made again',
      { comes: { 'b/1': 'X' }, free: { 'a/1': 'X' }, standing: ['a/', 'a/s/'] },
      [],
    ],
    ['files to be removed', { comes: { 'b/1': 'X' }, free: { 'a/1': 'X', 'a/2': 'Y', 'a/3': 'Z' } }, []],
    [
      'no more of them than folders to be made for its files',
      { comes: { 'b/1': 'X' }, free: { 'a/1': 'X', 'a/2': 'Y' } },
      ['a/ > b/ 1'],
    ],
  ])('moves as a whole only where that takes no more requests: %s', async (_, part, folderMoves) => {
    const more = { folders: ['b/'], whole: { 'a/': 3 }, known: ['a/', 'a/s/'], removesGone: true };
    expect((await planned({ ...more, ...part })).folderMoves).toEqual(folderMoves);
  });

  test('brings a changed file along without --delete too: it is still in the source', async () => {
    const plan = await planned({
      comes: { 'b/1': 'X', 'b/2': 'changed' },
      free: { 'a/1': 'X', 'a/2': 'Y' },
      folders: ['b/'],
      whole: { 'a/': 2 },
      known: ['a/'],
    });
    expect(plan).toMatchObject({ folderMoves: ['a/ > b/ 1'], uploads: ['b/2'], removals: [] });
  });

  test('brings a changed file to its new place, where the upload replaces it', async () => {
    const plan = await planned({
      ...renamed,
      comes: { 'b/1': 'X', 'b/2': 'Y', 'b/3': 'changed' },
      free: { 'a/1': 'X', 'a/2': 'Y', 'a/3': 'Z' },
      folders: ['b/'],
      whole: { 'a/': 3 },
      known: ['a/'],
    });
    expect(plan).toMatchObject({
      folderMoves: ['a/ > b/ 2'],
      uploads: ['b/3'],
      replaced: ['b/3'],
      removals: [],
    });
  });

  const withChanged: Before = {
    ...renamed,
    comes: { 'b/1': 'X', 'b/2': 'Y', 'b/3': 'W' },
    free: { 'a/1': 'X', 'a/2': 'Y', 'a/3': 'Z', x: 'W' },
    folders: ['b/'],
    whole: { 'a/': 3 },
    known: ['a/'],
    removals: { 'a/': 3, x: 1 },
  };

  test('brings a changed file to the name of a file that would move there: that one is uploaded', async () => {
    const plan = await planned(withChanged);
    expect(plan).toMatchObject({
      folderMoves: ['a/ > b/ 2'],
      fileMoves: [],
      uploads: ['b/3'],
      removals: ['x gone_from_source 1'],
    });
  });

  test('leaves a name to a file that moves there when what it brought has moved on', async () => {
    const plan = await planned({ ...withChanged, comes: { ...withChanged.comes, elsewhere: 'Z' } });
    expect(plan).toMatchObject({
      folderMoves: ['a/ > b/ 2'],
      fileMoves: ['b/3 > elsewhere', 'x > b/3'],
      uploads: [],
      removals: [],
    });
  });

  test('brings a file that cannot move on, whose name another then cannot have', async () => {
    const plan = await planned({
      comes: { 'b/1': 'A1', 'b/2': 'A2', 'b/4': 'Z', 'c/5': 'D5', 'c/6': 'D6', 'c/1': 'M' },
      free: { 'a/1': 'A1', 'a/2': 'A2', 'a/4': 'M', 'd/5': 'D5', 'd/6': 'D6', 'd/1': 'N', z: 'Z' },
      folders: ['b/', 'c/'],
      whole: { 'a/': 3, 'd/': 3 },
      known: ['a/', 'd/'],
      removals: { 'a/': 3, 'd/': 3, z: 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({
      fileMoves: [],
      uploads: ['b/4', 'c/1'],
      replaced: ['b/4', 'c/1'],
      removals: ['z gone_from_source 1'],
    });
    expect(plan.folderMoves.toSorted()).toEqual(['a/ > b/ 2', 'd/ > c/ 2']);
  });

  const withLeftover: Before = {
    ...renamed,
    comes: { 'b/1': 'X', 'b/2': 'Y' },
    free: { 'a/1': 'X', 'a/2': 'Y', 'a/gone': 'Z' },
    folders: ['b/'],
    whole: { 'a/': 3 },
    known: ['a/'],
  };

  test('brings along what the source lacks there, which then goes from the new place', async () => {
    const plan = await planned(withLeftover);
    expect(plan).toMatchObject({ folderMoves: ['a/ > b/ 2'], removals: ['b/gone leftover 1'] });
  });

  test('does not move as a whole when that would carry off files that stay for want of --delete', async () => {
    const plan = await planned({ ...withLeftover, removals: {}, removesGone: false });
    expect(plan).toMatchObject({ folderMoves: [], fileMoves: ['a/1 > b/1', 'a/2 > b/2'], removals: [] });
  });

  test('brings along a folder that the source lacks: one removal for it and all in it', async () => {
    const plan = await planned({
      ...withLeftover,
      free: { 'a/1': 'X', 'a/2': 'Y', 'a/s/gone': 'Z' },
      known: ['a/', 'a/s/'],
    });
    expect(plan).toMatchObject({ folderMoves: ['a/ > b/ 2'], removals: ['b/s/ leftover 1'] });
  });

  test('brings a file that moves on from there', async () => {
    const plan = await planned({
      ...renamed,
      comes: { 'b/1': 'X', 'b/2': 'Y', elsewhere: 'Z' },
      free: { 'a/1': 'X', 'a/2': 'Y', 'a/3': 'Z' },
      folders: ['b/'],
      whole: { 'a/': 3 },
      known: ['a/'],
    });
    expect(plan).toMatchObject({
      folderMoves: ['a/ > b/ 2'],
      fileMoves: ['b/3 > elsewhere'],
      uploads: [],
      removals: [],
    });
  });

  test('and another that took its name swap through a hidden name, and are there for the source still', async () => {
    const names = ['1', '2', '3'];
    const files = (folder: string, content: string): [string, string][] =>
      names.map((name) => [`${folder}${name}`, content + name]);
    const before = Object.fromEntries([...files('p/a/', 'X'), ...files('p/b/', 'Y')]);
    const after = Object.fromEntries([...files('p/a/', 'Y'), ...files('p/b/', 'X')]);
    const plan = await planned({
      comes: after,
      replaces: Object.keys(after),
      free: before,
      changed: Object.keys(before),
      whole: { 'p/a/': 3, 'p/b/': 3 },
      known: ['p/a/', 'p/b/'],
      standing: ['p/a/', 'p/b/'],
    });
    const aside = '.hidden-b/';
    expect(plan).toMatchObject({
      folderMoves: [`p/b/ > ${aside} 0`, 'p/a/ > p/b/ 3', `${aside} > p/a/ 3`],
      fileMoves: [],
      uploads: [],
      folders: [],
    });
  });

  test('is one removal less for the folder above it, by all its files', async () => {
    const plan = await planned({
      ...renamed,
      comes: { 'b/1': 'X', 'b/s/2': 'Y' },
      free: { 'top/a/1': 'X', 'top/a/s/2': 'Y', 'top/gone': 'Z' },
      whole: { 'top/': 3, 'top/a/': 2, 'top/a/s/': 1 },
      known: ['top/', 'top/a/', 'top/a/s/'],
      removals: { 'top/': 3, 'top/a/': 2, 'top/a/1': 1, 'top/a/s/': 1, 'top/a/s/2': 1, 'top/gone': 1 },
    });
    expect(plan).toMatchObject({ folderMoves: ['top/a/ > b/ 2'], removals: ['top/ gone_from_source 1'] });
  });
});

describe('a name that changes its kind', () => {
  test('a file leaves it first when a folder takes it, and comes to its new name in between', async () => {
    const plan = await planned({
      comes: { 'a/a': 'X' },
      free: { a: 'X' },
      folders: ['a/'],
      obstacles: ['a'],
      removals: { a: 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({
      outFirst: ['a > .hidden-a'],
      fileMoves: ['.hidden-a > a/a'],
      inLast: [],
      uploads: [],
      removals: [],
      refused: [],
    });
  });

  test('a file comes to it last when a folder has it that goes', async () => {
    const plan = await planned({
      comes: { d: 'X' },
      free: { 'd/1': 'X', 'd/2': 'Y' },
      removals: { 'd/': 2, 'd/1': 1, 'd/2': 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({
      outFirst: [],
      fileMoves: ['d/1 > .hidden-1'],
      inLast: ['.hidden-1 > d'],
      uploads: [],
      removals: ['d/ gone_from_source 1'],
    });
  });

  test('a file and a folder swap names: the file out first, in last where the folder was, which has moved', async () => {
    const plan = await planned({
      comes: { d: 'F', 'f/1': 'X', 'f/2': 'Y' },
      free: { f: 'F', 'd/1': 'X', 'd/2': 'Y' },
      folders: ['f/'],
      whole: { 'd/': 2 },
      known: ['d/'],
      obstacles: ['f', 'd/'],
      removals: { f: 1, 'd/': 2, 'd/1': 1, 'd/2': 1 },
      removesGone: true,
    });
    expect(plan).toMatchObject({
      outFirst: ['f > .hidden-f'],
      folderMoves: ['d/ > f/ 2'],
      fileMoves: ['.hidden-f > d'],
      inLast: [],
      uploads: [],
      removals: [],
      refused: [],
    });
  });

  test('that no move frees is given up: what the source has there is refused, and the rest goes on', async () => {
    const plan = await planned({
      comes: { 'a/1': 'N', d: 'M', other: 'X' },
      free: { a: 'A', 'd/1': 'D', old: 'X' },
      folders: ['a/', 'a/b/'],
      whole: { 'd/': 1 },
      known: ['d/'],
      obstacles: ['a', 'd/'],
    });
    expect(plan).toMatchObject({
      refused: ['a/ in_the_way', 'd in_the_way'],
      fileMoves: ['old > other'],
      uploads: [],
      folders: [],
    });
  });

  test('whose giving up keeps another file where it is frees nothing either', async () => {
    // z was to move to a/1 and so to leave its name to a folder
    const plan = await planned({
      comes: { 'a/1': 'Z', 'z/1': 'N' },
      free: { z: 'Z' },
      folders: ['a/', 'z/'],
      obstacles: ['a', 'z'],
    });
    expect(plan).toMatchObject({ refused: ['a/ in_the_way', 'z/ in_the_way'], fileMoves: [], uploads: [] });
  });
});

test('a folder that turned out to hold more moves file by file', async () => {
  const plan = await planned({
    comes: { 'b/1': 'X', 'b/2': 'Y' },
    free: { 'a/1': 'X', 'a/2': 'Y' },
    folders: ['b/'],
    whole: { 'a/': 2 },
    known: ['a/'],
    mixed: ['a/'],
  });
  expect(plan).toMatchObject({ folderMoves: [], fileMoves: ['a/1 > b/1', 'a/2 > b/2'], folders: ['b/'] });
});

test('without any pair the plan stays as it was', async () => {
  const plan = await planned({ comes: { a: 'X' }, free: { b: 'Y' }, removals: { b: 1 } });
  expect(plan).toMatchObject({
    fileMoves: [],
    folderMoves: [],
    uploads: ['a'],
    removals: ['b gone_from_source 1'],
  });
});
