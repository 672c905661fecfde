import { describe, expect, test } from 'vitest';
import type { Intent } from '../../../../src/sync/ledger/intent.ts';
import { standingAlone } from '../../../../src/sync/execute/recovery/standing-alone.ts';
import { recovering } from '../../../support/engine/recovering.ts';

const COUNT = 20;
const names = Array.from({ length: COUNT }, (_, at) => String(at).padStart(2, '0'));
const tree = Object.fromEntries(names.map((name) => [`d/${name}`, `content ${name}`]));
const moveOf = (name: string): Intent => ({
  op: 'move',
  path: `d/${name}`,
  to: `e/${name}`,
  reason: 'renamed',
});
const removalOf = (name: string): Intent => ({ op: 'remove', path: `d/${name}`, reason: 'gone_from_source' });

describe('of many files in doubt', () => {
  test('two listings tell which have moved from one folder to another', async () => {
    const { recover, begun, moved, rows, ledger, there } = recovering({ 'd/': '', 'e/': '', ...tree });
    begun(...names.map(moveOf));
    for (const name of names.slice(0, 7)) moved(`d/${name}`, `e/${name}`);
    const before = there();
    expect((await recover()).toSorted()).toEqual(['listFolder d/', 'listFolder e/']);
    expect(there()).toEqual(before);
    expect(ledger.intents()).toEqual([]);
    expect(rows()).toEqual([
      'd/',
      ...names.slice(7).map((name) => `d/${name}`),
      'e/',
      ...names.slice(0, 7).map((name) => `e/${name}`),
    ]);
  });

  test('one listing tells which have gone', async () => {
    const { recover, begun, stage, rows, ledger } = recovering({ 'd/': '', ...tree });
    begun(...names.map(removalOf));
    for (const name of names.slice(0, 7)) stage.files.delete(`in/d/${name}`);
    expect(await recover()).toEqual(['listFolder d/']);
    expect(ledger.intents()).toEqual([]);
    expect(rows()).toEqual(['d/', ...names.slice(7).map((name) => `d/${name}`)]);
  });

  test('two in a folder have a look each', async () => {
    const { recover, begun } = recovering({ 'd/': '', ...tree });
    begun(removalOf('00'), removalOf('01'));
    expect((await recover()).toSorted()).toEqual(['stat d/00', 'stat d/01']);
  });

  test('a chain is settled one by one, its beginning first, beside those that stand alone', async () => {
    const { recover, begun, moved, rows } = recovering({
      'd/': '',
      'e/': '',
      ...tree,
      x: '1',
      y: '22',
      z: '333',
    });
    // the end of the chain was made, and nothing else is sent before that is written down
    begun(
      { op: 'move', path: 'y', to: 'z2', reason: 'renamed' },
      { op: 'move', path: 'x', to: 'y', reason: 'renamed' },
    );
    begun(...names.map(moveOf));
    moved('y', 'z2');
    const did = await recover();
    expect(did.filter((each) => each.startsWith('listFolder'))).toEqual(['listFolder e/']);
    expect(rows().filter((path) => !path.includes('/'))).toEqual(['x', 'z', 'z2']);
  });
});

describe('a change stands alone', () => {
  const isAlone = (...intents: readonly Intent[]): boolean[] => {
    const stored = intents.map((intent, id) => ({ ...intent, id, at: 1 }));
    const alone = standingAlone(stored);
    return stored.map((each) => alone.has(each));
  };
  const move = (path: string, to: string): Intent => ({ op: 'move', path, to, reason: 'renamed' });
  const remove = (path: string): Intent => ({ op: 'remove', path, reason: 'gone_from_source' });

  test('when it is the move or the removal of one file that no other has to do with', () => {
    expect(isAlone(move('a', 'b'), move('c', 'd'), remove('e'))).toEqual([true, true, true]);
  });

  test.each<[string, Intent, Intent]>([
    ['frees its target', move('b', 'c'), move('a', 'b')],
    ['comes to its origin', { op: 'put', path: 'a', reason: 'changed' }, move('a', 'b')],
    ['is about a folder that it is in', move('d/', 'e/'), move('d/a', 'b')],
    [
      'is about a folder that it comes to',
      { op: 'remove', path: 'd/', via: '~', reason: '' },
      move('a', 'd/b'),
    ],
  ])('not when another %s', (_, other, intent) => {
    expect(isAlone(other, intent)[1]).toBe(false);
  });

  test.each<[string, Intent]>([
    ['a folder', move('a/', 'b/')],
    ['by way of a hidden name', { ...move('a', 'b'), via: '~' }],
    ['an upload', { op: 'put', path: 'a', reason: 'new' }],
  ])('not when it is that of %s', (_, intent) => {
    expect(isAlone(intent)).toEqual([false]);
  });
});
