import { describe, expect, onTestFinished, test } from 'vitest';
import type { RemoveReason } from '../../../../src/model/plan.ts';
import { WholeFolders } from '../../../../src/sync/plan/moves/whole-folders.ts';
import type { ClosedFolder } from '../../../../src/sync/plan/moves/whole-folders.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';

/** What Stage shows, in path order; a folder ends in '/'. */
interface Seen {
  readonly path: string;
  /** Of a folder: it may go, for this reason. Of a file: it goes. */
  readonly goes?: RemoveReason | undefined;
  /** Of a folder: we made it. Of a file: it is ours and its content is free to move. */
  readonly ours?: boolean;
  readonly stamp?: number;
  /** Of a folder: only the source has it. */
  readonly onlySource?: boolean;
  /** Something that may be there and cannot be seen. */
  readonly unseen?: boolean;
  /** Of a folder: the source has a file of its name. */
  readonly inTheWay?: boolean;
}

/** The removals and the whole folders, after all was seen in order. */
function after(seen: readonly Seen[]) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  const obstacles: string[] = [];
  const folders = new WholeFolders();
  const whole = new Map<string, number>();
  const closed = (all: readonly ClosedFolder[]): void => {
    for (const { path, removal, movableFiles, inTheWay } of all) {
      if (removal !== undefined) store.removals.add(removal);
      if (movableFiles !== undefined) whole.set(path, movableFiles);
      if (inTheWay) obstacles.push(`${path} ${movableFiles === undefined ? 'stays' : 'may move'}`);
    }
  };
  for (const {
    path,
    goes,
    ours = false,
    stamp = 1,
    onlySource = false,
    unseen = false,
    inTheWay = false,
  } of seen) {
    closed(folders.leave(path));
    if (unseen) folders.block();
    else if (path.endsWith('/'))
      folders.open({ path, atDestination: !onlySource, mayGo: goes, ours, inTheWay });
    else {
      folders.file({ goes: goes !== undefined, freed: ours, stamp });
      if (goes !== undefined) store.removals.add({ path, reason: goes, files: 1, stamp: String(stamp) });
    }
  }
  closed(folders.closeAll());
  return {
    removals: [...store.removals.requests()],
    within: (folder: string) => [...store.removals.within(folder)].map(({ path }) => path),
    whole: (folder: string) => whole.get(folder),
    obstacles,
  };
}

const gone = 'gone_from_source' as const;

describe('a folder goes as a whole', () => {
  test('when everything in it goes: one removal instead of many, with the sum of what Stage showed', () => {
    const { removals } = after([
      { path: 'a/', goes: gone },
      { path: 'a/1', goes: gone, stamp: 10 },
      { path: 'a/b/', goes: gone },
      { path: 'a/b/2', goes: gone, stamp: 5 },
      { path: 'c', goes: gone, stamp: 7 },
    ]);
    expect(removals).toEqual([
      { path: 'a/', reason: gone, files: 2, stamp: '15' },
      { path: 'c', reason: gone, files: 1, stamp: '7' },
    ]);
  });

  test('also when it is empty', () => {
    expect(after([{ path: 'a/', goes: 'not_in_source' }]).removals).toEqual([
      { path: 'a/', reason: 'not_in_source', files: 0, stamp: '0' },
    ]);
  });

  test.each<[string, Seen]>([
    ['a file that stays', { path: 'a/b/3' }],
    ['a folder that stays', { path: 'a/b/c/' }],
    ['something unseen', { path: 'a/b/c', unseen: true }],
  ])(
    'but not with %s in it, nor does any folder above; what else goes in them goes by itself',
    (_, stays) => {
      const { removals } = after([
        { path: 'a/', goes: gone },
        { path: 'a/1', goes: gone },
        { path: 'a/b/', goes: gone },
        { path: 'a/b/2', goes: gone },
        stays,
        { path: 'a/d/', goes: gone },
        { path: 'a/d/4', goes: gone },
      ]);
      expect(removals.map(({ path }) => path)).toEqual(['a/1', 'a/b/2', 'a/d/']);
    },
  );

  test('but not when it may not go itself', () => {
    const seen = [{ path: 'a/' }, { path: 'a/1', goes: gone }];
    expect(after(seen).removals.map(({ path }) => path)).toEqual(['a/1']);
  });

  test('whatever lies beside it, and however their names begin', () => {
    const { removals } = after([
      { path: 'a/', goes: gone },
      { path: 'a/1', goes: gone },
      { path: 'a0' },
      { path: 'ab/' },
      { path: 'ab/1' },
    ]);
    expect(removals.map(({ path }) => path)).toEqual(['a/']);
  });
});

describe('a folder can move as a whole', () => {
  test('when every folder in it is ours and every file free, with the number of its files', () => {
    const { whole } = after([
      { path: 'a/', ours: true },
      { path: 'a/1', ours: true },
      { path: 'a/b/', ours: true },
      { path: 'a/b/2', ours: true },
      { path: 'a/b/3', ours: true },
    ]);
    expect([whole('a/b/'), whole('a/')]).toEqual([2, 3]);
  });

  test.each<[string, Seen]>([
    ['a file that is not free', { path: 'a/b/3' }],
    ['a folder that is not ours, with files that are', { path: 'a/b/c/' }],
    ['something unseen', { path: 'a/b/c', unseen: true }],
  ])('but not with %s in it, and then no folder above either', (_, other) => {
    const { whole } = after([
      { path: 'a/', ours: true },
      { path: 'a/0/', ours: true },
      { path: 'a/0/1', ours: true },
      { path: 'a/b/', ours: true },
      { path: 'a/b/2', ours: true },
      other,
    ]);
    expect([whole('a/'), whole('a/b/'), whole('a/0/')]).toEqual([undefined, undefined, 1]);
  });

  test('but not when there is no file in it', () => {
    expect(after([{ path: 'a/', ours: true }]).whole('a/')).toBeUndefined();
  });
});

test('a folder that only the source has neither goes nor moves, and says nothing of the folder it is in', () => {
  const { removals, whole } = after([
    { path: 'a/', goes: gone, ours: true },
    { path: 'a/1', goes: gone, ours: true },
    { path: 'a/new/', onlySource: true },
  ]);
  expect(removals.map(({ path }) => path)).toEqual(['a/']);
  expect([whole('a/'), whole('a/new/')]).toEqual([1, undefined]);
});

describe('a folder that has the name of a file that is to come', () => {
  test.each<[string, readonly Seen[], readonly string[]]>([
    [
      'is no obstacle when it goes',
      [
        { path: 'a/', goes: gone, inTheWay: true },
        { path: 'a/1', goes: gone },
      ],
      [],
    ],
    [
      'stays with what stays in it',
      [{ path: 'a/', goes: gone, inTheWay: true }, { path: 'a/1' }],
      ['a/ stays'],
    ],
    ['stays when it may not go', [{ path: 'a/', inTheWay: true }], ['a/ stays']],
    [
      'may move away when all in it is ours and free',
      [
        { path: 'a/', ours: true, inTheWay: true },
        { path: 'a/1', ours: true },
      ],
      ['a/ may move'],
    ],
    ['is not said of others', [{ path: 'a/' }, { path: 'a/1' }], []],
  ])('%s', (_, seen, obstacles) => {
    expect(after(seen).obstacles).toEqual(obstacles);
  });
});

test('what goes with a folder keeps a row of its own', () => {
  const { removals, within } = after([
    { path: 'a/', goes: gone },
    { path: 'a/1', goes: gone },
    { path: 'a/b/', goes: gone },
    { path: 'a/b/2', goes: gone },
    { path: 'a0', goes: gone },
  ]);
  expect(removals.map(({ path }) => path)).toEqual(['a/', 'a0']);
  expect(within('a/')).toEqual(['a/1', 'a/b/', 'a/b/2']);
  expect(within('a/b/')).toEqual(['a/b/2']);
});

test('files at the top belong to no folder', () => {
  expect(after([{ path: '1', goes: gone }, { path: '2' }]).removals.map(({ path }) => path)).toEqual(['1']);
});
