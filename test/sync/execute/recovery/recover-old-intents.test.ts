import { describe, expect, test } from 'vitest';
import { PUT_AT } from '../../../support/engine/executing.ts';
import { recovering } from '../../../support/engine/recovering.ts';

describe('intents of release 0.1, with names beside the file', () => {
  test('of an upload', async () => {
    const { begun, recover, stage, there, ledger } = recovering({ 'd/a': 'old' });
    begun({
      op: 'put',
      path: 'd/a',
      size: 3,
      version: 'v2',
      reason: 'changed',
      via: 'in/d/.stagesync-7-new-a',
      aside: 'in/d/.stagesync-7-old-a',
      beforeSize: 3,
      beforeModifiedMs: PUT_AT,
    });
    stage.place('in/d/.stagesync-7-new-a', 'half');
    await recover();
    expect(there()).toEqual({ 'd/': '', 'd/a': 'old' });
    expect(ledger.intents()).toEqual([]);
  });

  test('of a swap of files that died with one aside', async () => {
    const { begun, recover, moved, there, rows, ledger } = recovering({ 'd/a': 'one', 'd/b': 'two' });
    begun({ op: 'move', path: 'd/a', to: 'd/b', via: 'in/d/.stagesync-swap-0-a', reason: 'cycle' });
    moved('d/a', 'd/.stagesync-swap-0-a');
    ledger.rename('d/a', 'd/.stagesync-swap-0-a', { keepsTimes: false });
    await recover();
    expect(there()).toEqual({ 'd/': '', 'd/a': 'one', 'd/b': 'two' });
    expect([rows(), ledger.intents()]).toEqual([['d/a', 'd/b'], []]);
  });

  test('of a swap of folders that died with one aside', async () => {
    const { begun, recover, moved, there, rows, ledger } = recovering({ 'd/a/': '', 'd/a/1': 'one' });
    begun({ op: 'move', path: 'd/a/', to: 'd/b/', via: 'in/d/.stagesync-swap-0-a/', reason: 'cycle' });
    moved('d/a/', 'd/.stagesync-swap-0-a/');
    ledger.rename('d/a/', 'd/.stagesync-swap-0-a/', { keepsTimes: false });
    await recover();
    expect(there()).toEqual({ 'd/': '', 'd/a/': '', 'd/a/1': 'one' });
    expect([rows(), ledger.intents()]).toEqual([['d/a/', 'd/a/1'], []]);
  });
});
