import { expect, onTestFinished, test } from 'vitest';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';
import { withoutSharedIdentities } from '../../../../src/sync/plan/moves/shared-identities.ts';
import { fileRow } from '../../../support/engine/executing.ts';
import { memoryLedger } from '../../../support/engine/memory-ledger.ts';

/** old moves to new by its identity; the ledger has these files with theirs. */
async function paired(known: Readonly<Record<string, string | undefined>>): Promise<string[]> {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  const ledger = memoryLedger();
  for (const [path, identity] of Object.entries(known)) ledger.put(fileRow(path, 3, { identity }), 'new');
  store.freed.add({ path: 'old', size: 3, identity: 'i', digest: undefined, gone: true });
  const entry = { kind: 'file', path: 'new', size: 3, modifiedMs: 1, version: 'v', identity: 'i' } as const;
  store.arrivals.add({ path: 'new', reason: 'new', entry, replaces: undefined, digest: undefined });
  await store.pairs.find(() => Promise.resolve(undefined));
  expect([...store.pairs.all()]).toHaveLength(1);
  withoutSharedIdentities(store, ledger);
  return Array.from(store.pairs.all(), ({ from, to }) => `${from} > ${to}`);
}

test('an identity that two files alone share is a move', async () => {
  expect(await paired({ old: 'i', other: 'j', without: undefined })).toEqual(['old > new']);
});

test('one that a third file has as well says nothing of content: that is uploaded', async () => {
  expect(await paired({ old: 'i', third: 'i' })).toEqual([]);
});
