import { expect, onTestFinished, test } from 'vitest';
import { folderRow } from '../../../../src/sync/ledger/ledger-row.ts';
import { foldersInLedger, removeBroughtAlong } from '../../../../src/sync/plan/moves/brought-along.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';
import { fileRow } from '../../../support/engine/executing.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';

const MOVE = { from: 'a/', to: 'b/' };
const brought = (...folders: readonly string[]) => ({ move: MOVE, folders: new Set(folders) });

/** a/ moves to b/, with these free files in it; the source has `comes` and `folders` at the new place. */
function bring(files: readonly string[], comes: readonly string[], folders: readonly string[] = []) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const path of files) {
    store.freed.add({ path, size: 3, identity: undefined, digest: undefined, gone: true });
    store.removals.add({ path, reason: 'gone_from_source', files: 1, stamp: '' });
  }
  store.removals.add({ path: 'a0', reason: 'gone_from_source', files: 1, stamp: '' });
  for (const path of comes) {
    const entry = { kind: 'file', path, size: 9, modifiedMs: 1, version: 'v' } as const;
    store.arrivals.add({ path, reason: 'new', entry, replaces: undefined, digest: undefined });
  }
  for (const path of folders) store.folders.add(path, 'new');
  return store;
}
const paths = (removals: readonly { readonly path: string }[]): string[] => removals.map(({ path }) => path);

test('what the source lacks at the new place goes from there, and is not looked for at the old', () => {
  const store = bring(['a/1', 'a/2'], ['b/1']);
  const unwanted = removeBroughtAlong(store, brought(), { leaving: new Set(['a/1']), removesGone: true });
  expect(unwanted).toMatchObject([{ path: 'b/2', reason: 'leftover', files: 1 }]);
  expect(paths([...store.removals.requests()])).toEqual(['a0']);
});

test('what comes to a name that the source has is replaced there', () => {
  const store = bring(['a/1', 'a/2'], ['b/1', 'b/2']);
  expect(removeBroughtAlong(store, brought(), { leaving: new Set(['a/1']), removesGone: true })).toEqual([]);
  expect(store.arrivals.get('b/2')).toMatchObject({ replaces: { size: 3, modifiedMs: undefined } });
  expect(store.arrivals.get('b/1')?.replaces).toBeUndefined();
});

test('folders that the source lacks go too, unless nothing may be removed', () => {
  for (const removesGone of [true, false]) {
    const store = bring([], [], ['b/', 'b/s/']);
    store.commonFolders.add('b/u/');
    const unwanted = removeBroughtAlong(store, brought('b/', 'b/s/', 'b/t/', 'b/u/'), {
      leaving: new Set(),
      removesGone,
    });
    expect(paths(unwanted)).toEqual(removesGone ? ['b/t/'] : []);
  }
});

test('the folders of ours in one are those of the ledger, itself too, and no files', () => {
  const ledger = memoryLedger();
  for (const path of ['a/', 'a/b/', 'a0/', 'c/']) ledger.put(folderRow(path), 'new');
  for (const path of ['a/1', 'a/b/2', 'a']) ledger.put(fileRow(path, 1), 'new');
  expect(foldersInLedger(ledger, 'a/')).toEqual(['a/', 'a/b/']);
});
