import { describe, expect, onTestFinished, test } from 'vitest';
import type { FileEntry } from '../../../../src/model/entry.ts';
import { afterFolder } from '../../../../src/model/path.ts';
import type { Arrival } from '../../../../src/sync/plan/planned.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';

function open(): PlanStore {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  return store;
}

const bare = (path: string): FileEntry => ({
  kind: 'file',
  path,
  size: 0,
  modifiedMs: undefined,
  version: '',
});
const full = (path: string): FileEntry => ({
  kind: 'file',
  path,
  size: 2 ** 52,
  modifiedMs: 1_700_000_000_000.25,
  version: 'v"\'\n',
  identity: 'i',
});
const arrivalOf = (entry: FileEntry, more: Partial<Arrival> = {}): Arrival => ({
  path: entry.path,
  reason: 'new',
  entry,
  replaces: undefined,
  digest: undefined,
  ...more,
});

describe('what is read is what was written', () => {
  const ARRIVALS: readonly Arrival[] = [
    arrivalOf(bare('a')),
    arrivalOf(full('b'), { reason: 'drifted', digest: 'x', replaces: { size: 0, modifiedMs: undefined } }),
    arrivalOf(full('ü/\u{1f600}'), { reason: 'changed', replaces: { size: 7, modifiedMs: 0 } }),
  ];

  test('of arrivals, one by one and all', () => {
    const store = open();
    for (const each of ARRIVALS.toReversed()) store.arrivals.add(each);
    expect([...store.arrivals.all()]).toStrictEqual(ARRIVALS);
    for (const each of ARRIVALS) expect(store.arrivals.get(each.path)).toStrictEqual(each);
    expect(store.arrivals.get('A')).toBeUndefined();
  });

  test('of files that come with a folder', () => {
    const store = open();
    const carried = ARRIVALS.map((arrival) => ({
      from: `old/${arrival.path}`,
      arrival: {
        ...arrival,
        path: `new/${arrival.path}`,
        entry: { ...arrival.entry, path: `new/${arrival.path}` },
      },
    }));
    for (const each of carried) store.moved.add(each);
    store.moved.add({ from: 'other', arrival: arrivalOf(bare('new/apart')) }, { apart: true });
    expect([...store.moved.carriedInto('new/')]).toStrictEqual(carried);
    expect([...store.moved.carriedInto('old/')]).toEqual([]);
  });

  test('of freed files', () => {
    const store = open();
    const known = { path: 'd/a', size: 1, identity: 'i', digest: 'x', gone: true };
    const unknown = { path: 'd/b', size: 0, identity: undefined, digest: undefined, gone: false };
    store.freed.add(unknown);
    store.freed.add(known);
    expect([...store.freed.within('d/')]).toStrictEqual([known, unknown]);
    expect([store.freed.get('d/a'), store.freed.get('d/b'), store.freed.get('d/')]).toStrictEqual([
      known,
      unknown,
      undefined,
    ]);
  });

  test('of removals', () => {
    const store = open();
    const removals = [
      { path: 'a', reason: 'leftover', files: 1, stamp: '', shown: undefined },
      { path: 'b', reason: 'not_in_source', files: 1, stamp: '7', shown: { size: 0, modifiedMs: undefined } },
      { path: 'c', reason: 'gone_from_source', files: 1, stamp: '8', shown: { size: 1, modifiedMs: 0 } },
    ] as const;
    for (const each of removals) store.removals.add(each);
    expect([...store.removals.requests()]).toStrictEqual(removals);
    expect(store.removals.get('b')).toStrictEqual(removals[1]);
  });

  test('of content to compare', () => {
    const store = open();
    const checks = [
      { entry: bare('a'), shown: { size: 0, modifiedMs: undefined }, known: false },
      { entry: full('b'), shown: { size: 2 ** 52, modifiedMs: 5 }, known: true },
    ];
    for (const each of checks) store.contentChecks.add(each);
    expect([...store.contentChecks.all()]).toStrictEqual(checks);
  });

  test('of folders, and of names to be freed', () => {
    const store = open();
    store.folders.add('b/', 'new');
    store.folders.add('a/', 'missing');
    store.folders.wait('b/');
    store.wholeFolders.add('w/', 3);
    store.obstacles.add('o/');
    store.obstacles.add('n');
    expect([...store.folders.all()]).toEqual([
      { path: 'a/', reason: 'missing', waits: 0 },
      { path: 'b/', reason: 'new', waits: 1 },
    ]);
    expect([store.folders.has('a/'), store.folders.has('a')]).toEqual([true, false]);
    expect([store.wholeFolders.filesIn('w/'), store.wholeFolders.filesIn('x/')]).toEqual([3, undefined]);
    store.obstacles.drop('n');
    expect([...store.obstacles.all()]).toEqual(['o/']);
  });
});

test('what is added again takes the place of what was there', () => {
  const store = open();
  store.arrivals.add(arrivalOf(full('a')));
  store.arrivals.add(arrivalOf(bare('a'), { reason: 'missing' }));
  expect([...store.arrivals.all()]).toStrictEqual([arrivalOf(bare('a'), { reason: 'missing' })]);
});

test('“within” is a folder and all below it, whatever the names beside it begin with', () => {
  const store = open();
  const inside = ['d/', 'd/a/', 'd/\u{10ffff}/'];
  const beside = ['c/', 'd-/', 'd0/', 'da/'];
  for (const path of [...inside, ...beside]) {
    store.folders.add(path, 'new');
    store.commonFolders.add(path);
    store.arrivals.add(arrivalOf(bare(`${path}f`)));
  }
  expect([...store.folders.within('d/')]).toEqual(inside);
  expect([...store.commonFolders.within('d/')]).toEqual(inside);
  store.dropComingWithin('d/');
  expect([...store.folders.all()].map(({ path }) => path)).toEqual(beside);
  expect([...store.arrivals.all()].map(({ path }) => path)).toEqual(beside.map((path) => `${path}f`));
});

describe('a table of more rows than are read at once', () => {
  const PATHS = Array.from({ length: 1201 }, (_, index) => `d/${String(index).padStart(4, '0')}`);

  test('is read to its end, in path order', () => {
    const store = open();
    for (const path of PATHS.toReversed()) store.arrivals.add(arrivalOf(bare(path)));
    expect(Array.from(store.arrivals.all(), ({ path }) => path)).toEqual(PATHS);
  });

  test('may lose the rows that were read', () => {
    const store = open();
    for (const path of PATHS) store.arrivals.add(arrivalOf(bare(path)));
    const read: string[] = [];
    for (const { path } of store.arrivals.all()) {
      read.push(path);
      store.arrivals.drop(path);
    }
    expect([read.length, [...store.arrivals.all()]]).toEqual([PATHS.length, []]);
  });

  test('is read below a folder only, without the folder', () => {
    const store = open();
    for (const path of ['c', 'd/', ...PATHS, afterFolder('d/'), 'e'])
      store.removals.add({ path, reason: 'leftover', files: 1, stamp: '' });
    expect(Array.from(store.removals.within('d/'), ({ path }) => path)).toEqual(PATHS);
    expect(store.removals.filesWithin('d/')).toBe(PATHS.length);
  });
});

describe('removals', () => {
  const removing = (...paths: readonly string[]): PlanStore => {
    const store = open();
    for (const path of paths) store.removals.add({ path, reason: 'leftover', files: 1, stamp: '' });
    return store;
  };
  const paths = (removals: Iterable<{ readonly path: string }>) => Array.from(removals, ({ path }) => path);

  test('of what is in a folder that goes are no requests, and its files are counted', () => {
    const store = removing('a', 'd/', 'd/1', 'd/e/', 'd/e/2', 'd0');
    expect(paths(store.removals.requests())).toEqual(['a', 'd/', 'd0']);
    expect(store.totals()).toMatchObject({ removals: 3, removedFiles: 4 });
  });

  test('of files are in the way of folders of their name, those of folders in the way of files', () => {
    const store = removing('a', 'b/', 'c', 'c.d', 'd/');
    store.folders.add('a/', 'new');
    store.folders.add('d/', 'new');
    store.arrivals.add(arrivalOf(bare('b')));
    store.arrivals.add(arrivalOf(bare('c')));
    expect(paths(store.removals.filesInTheWay())).toEqual(['a']);
    expect(paths(store.removals.foldersInTheWay())).toEqual(['b/']);
  });
});

test('the totals count everything that costs', () => {
  const store = open();
  expect(store.totals()).toEqual({ arrivals: 0, bytes: 0, folders: 0, removals: 0, removedFiles: 0 });
  store.arrivals.add(arrivalOf({ ...bare('a'), size: 5 }));
  store.arrivals.add(arrivalOf({ ...bare('b'), size: 6 }));
  store.folders.add('d/', 'new');
  expect(store.totals()).toEqual({ arrivals: 2, bytes: 11, folders: 1, removals: 0, removedFiles: 0 });
});
