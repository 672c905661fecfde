import { expect, onTestFinished, test } from 'vitest';
import { folderRow } from '../../../../src/sync/ledger/ledger-row.ts';
import { noteBroughtAlong } from '../../../../src/sync/plan/moves/brought-along.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';
import { fileRow } from '../../../support/engine/executing.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';

const MOVE = { from: 'a/', to: 'b/' };

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

/** What comes along unwanted. The ledger knows these folders, and these files move by themselves. */
function leftOver(
  store: PlanStore,
  {
    folders = [],
    leaving = [],
    removesGone = true,
  }: { folders?: string[]; leaving?: string[]; removesGone?: boolean },
): string[] {
  const ledger = memoryLedger();
  for (const path of folders) ledger.put(folderRow(path), 'new');
  for (const from of leaving) store.pairs.add({ from, to: `to/${from}` });
  noteBroughtAlong(store, ledger, MOVE, { removesGone });
  return [...store.leftovers.all()];
}

test('what the source lacks at the new place goes from there, and is not looked for at the old', () => {
  const store = bring(['a/1', 'a/2'], ['b/1']);
  expect(leftOver(store, { leaving: ['a/1'] })).toEqual(['b/2']);
  expect(paths([...store.removals.requests()])).toEqual(['a0']);
});

test('what comes to a name that the source has is replaced there', () => {
  const store = bring(['a/1', 'a/2'], ['b/1', 'b/2']);
  expect(leftOver(store, { leaving: ['a/1'] })).toEqual([]);
  expect(store.arrivals.get('b/2')).toMatchObject({ replaces: { size: 3, modifiedMs: undefined } });
  expect(store.arrivals.get('b/1')?.replaces).toBeUndefined();
});

test('folders that the source lacks go too, unless nothing may be removed', () => {
  for (const removesGone of [true, false]) {
    const store = bring([], [], ['b/', 'b/s/']);
    store.commonFolders.add('b/u/');
    const unwanted = leftOver(store, { folders: ['a/', 'a/s/', 'a/t/', 'a/u/'], removesGone });
    expect(unwanted).toEqual(removesGone ? ['b/t/'] : []);
  }
});

test('the folders of ours in one are those of the ledger, itself too, and no files', () => {
  const ledger = memoryLedger();
  for (const path of ['a/', 'a/b/', 'a0/', 'c/']) ledger.put(folderRow(path), 'new');
  for (const path of ['a/1', 'a/b/2', 'a']) ledger.put(fileRow(path, 1), 'new');
  expect([...ledger.folders('a/')].flat()).toEqual(['a/', 'a/b/']);
});
