import { describe, expect, onTestFinished, test } from 'vitest';
import { STAGE_WORDS } from '../../src/destinations/stage/stage-words.ts';
import { everything } from '../../src/filter/filter.ts';
import type { PathView } from '../../src/sync/compare/merge.ts';
import { Planning } from '../../src/sync/planning.ts';
import type { PlanningOptions } from '../../src/sync/planning.ts';
import { PlanStore } from '../../src/sync/plan/store/plan-store.ts';
import { fileRow, PUT_AT } from '../support/engine/executing.ts';
import { memoryLedger } from '../support/engine/memory-ledger.ts';

const row = (path: string) => fileRow(path, 1, { digest: 'same' });
const view = (path: string, more: Partial<PathView> = {}): PathView => ({
  path,
  source: path.endsWith('/')
    ? { kind: 'folder', path }
    : { kind: 'file', path, size: 1, modifiedMs: 1, version: 'v' },
  destination: undefined,
  row: undefined,
  sourceUnknown: false,
  destinationUnknown: false,
  ...more,
});
const there = (path: string) => ({ kind: 'file', path, size: 1, modifiedMs: PUT_AT }) as const;
const touched = (path: string): PathView =>
  view(path, {
    source: { kind: 'file', path, size: 1, modifiedMs: 2, version: 'touched' },
    destination: there(path),
    row: row(path),
  });

function planning(options: Partial<PlanningOptions> = {}) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  const ledger = memoryLedger();
  const told: string[] = [];
  const it = new Planning({
    planner: {
      removal: 'ours',
      compare: 'size',
      verify: false,
      moves: true,
      maxFileBytes: 1000,
      words: STAGE_WORDS,
      filter: everything,
      stays: () => false,
      believes: false,
    },
    store,
    ledger,
    learns: true,
    digestOf: () => Promise.resolve('same'),
    onProblem: (path, { code }) => told.push(`${path} ${code}`),
    onHidden: (path) => told.push(`${path} hidden`),
    ...options,
  });
  return { it, store, ledger, told };
}

test('without a stream, what is planned waits in the store', () => {
  const { it, store } = planning();
  expect(it.visit(view('a/'))).toBeUndefined();
  expect(it.visit(view('a/1'))).toBeUndefined();
  const both = view('b/', { destination: { kind: 'folder', path: 'b/', unseen: false } });
  expect(it.visit(both)).toBeUndefined();
  const gone = view('c', { source: undefined, destination: there('c'), row: row('c') });
  expect(it.visit(gone)).toBeUndefined();
  expect([...store.folders.all()].map(({ path }) => path)).toEqual(['a/']);
  expect([...store.arrivals.all()].map(({ path }) => path)).toEqual(['a/1']);
  expect([...store.commonFolders.within('b/')]).toEqual(['b/']);
  expect([...store.removals.requests()].map(({ path }) => path)).toEqual(['c']);
  expect(store.freed.get('c')?.gone).toBe(true);
});

describe('with a stream', () => {
  test('uploads and folders are handed on, and the merge waits until each is taken', async () => {
    const taken: string[] = [];
    const free: (() => void)[] = [];
    const take = (path: string): Promise<void> => {
      taken.push(path);
      return new Promise((resolve) => free.push(resolve));
    };
    const { it, store } = planning({
      stream: {
        upload: ({ path }) => take(path),
        createFolder: (path) => take(path),
        passed: () => undefined,
      },
    });
    const folder = it.visit(view('a/'));
    expect([taken, folder]).toEqual([['a/'], expect.any(Promise)]);
    free.shift()!();
    await folder;
    const file = it.visit(view('a/1'));
    free.shift()!();
    await file;
    expect(taken).toEqual(['a/', 'a/1']);
    expect(store.totals()).toMatchObject({ arrivals: 0, folders: 0 });
  });

  test('what moves would be found among is not kept', () => {
    const nothing = () => undefined;
    const { it, store } = planning({ stream: { upload: nothing, createFolder: nothing, passed: nothing } });
    void it.visit(view('b/', { destination: { kind: 'folder', path: 'b/', unseen: false } }));
    void it.visit(view('c', { source: undefined, destination: there('c'), row: row('c') }));
    expect([[...store.commonFolders.within('b/')], store.freed.get('c')]).toEqual([[], undefined]);
  });
});

describe('a digest that is asked for', () => {
  test('holds the merge, and is answered before the next path', async () => {
    const { it, store, ledger } = planning();
    const pending = it.visit(touched('a'));
    expect(pending).toBeInstanceOf(Promise);
    expect(it.counts.unchanged).toBe(0);
    await pending;
    await it.finish();
    expect([it.counts.unchanged, ledger.get('a')?.version]).toEqual([1, 'touched']);
    expect(store.totals().arrivals).toBe(0);
  });

  test.each([['other'], [undefined]])(
    'and is another, or cannot be told, leads to an upload (%s)',
    async (digest) => {
      const { it, store } = planning({ digestOf: () => Promise.resolve(digest) });
      await it.visit(touched('a'));
      expect([...store.arrivals.all()]).toMatchObject([{ path: 'a', reason: 'changed', digest }]);
    },
  );

  test('and cannot be read rejects', async () => {
    const { it } = planning({ digestOf: () => Promise.reject(new Error('disk')) });
    await expect(it.visit(touched('a'))).rejects.toThrow('disk');
  });
});

test('the ledger learns at the end, and nothing under --dry-run', async () => {
  for (const learns of [true, false]) {
    const { it, ledger } = planning({ learns });
    await it.visit(view('a', { destination: there('a') }));
    await it.finish();
    expect([it.counts.adopted, ledger.get('a') !== undefined]).toEqual([1, learns]);
  }
});

test('problems and hidden names are told as they come', async () => {
  const { it, told, store } = planning();
  const name = '.stagesync-1-000000000000';
  void it.visit(
    view(name, { source: undefined, destination: { kind: 'excluded', path: name, modifiedMs: 1 } }),
  );
  void it.visit(view('a'));
  void it.visit(
    view('a/', { source: undefined, destination: { kind: 'folder', path: 'a/', unseen: false } }),
  );
  await it.finish();
  expect(told).toEqual([`${name} hidden`, 'a in_the_way']);
  expect(store.arrivals.get('a')).toBeUndefined();
});
