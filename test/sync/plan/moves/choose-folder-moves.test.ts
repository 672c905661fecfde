import { describe, expect, onTestFinished, test } from 'vitest';
import { chooseFolderMoves } from '../../../../src/sync/plan/moves/choose-folder-moves.ts';
import type { FolderFacts } from '../../../../src/sync/plan/moves/choose-folder-moves.ts';
import type { Move } from '../../../../src/sync/plan/moves/move.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';

interface Facts {
  /** Folders on Stage that hold nothing but files of ours which are freed. */
  readonly whole?: readonly string[];
  /** Folders that only the source has. */
  readonly news?: readonly string[];
  /** By 'from>to'; 'never' where the move must not be made. */
  readonly leftOver?: Readonly<Record<string, number | 'never'>>;
  readonly newFolders?: Readonly<Record<string, number>>;
}

const move = (text: string): Move => {
  const [from = '', to = ''] = text.split('>');
  return { from, to };
};

function chosen(pairs: readonly string[], facts: Facts): string[] {
  const answers: FolderFacts = {
    whole: (folder) => (facts.whole?.includes(folder) === true ? 1 : undefined),
    isNew: (folder) => facts.news?.includes(folder) ?? false,
    newFolders: (to) => facts.newFolders?.[to] ?? 0,
    leftOver(from, to) {
      const calls = facts.leftOver?.[`${from}>${to}`] ?? 0;
      return calls === 'never' ? undefined : calls;
    },
  };
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const pair of pairs) store.pairs.add(move(pair));
  chooseFolderMoves(store, answers);
  return Array.from(store.folderMoves.all(), ({ from, to, files }) => `${from}>${to} ${files}`);
}

describe('a folder moves as a whole', () => {
  test('when its files move to the same places below a new folder', () => {
    const pairs = ['a/x>b/x', 'a/sub/y>b/sub/y'];
    expect(chosen(pairs, { whole: ['a/', 'a/sub/'], news: ['b/', 'b/sub/'] })).toEqual(['a/>b/ 2']);
  });

  test('without those in it, and without its parent when that holds something else', () => {
    const pairs = ['top/a/x>new/a/x', 'top/a/y>new/a/y'];
    expect(chosen(pairs, { whole: ['top/a/'], news: ['new/', 'new/a/'] })).toEqual(['top/a/>new/a/ 2']);
  });

  test('onto a name that its own folder leaves, in a chain and in a circle', () => {
    const chain = { whole: ['a/', 'b/'], news: ['c/'] };
    expect(chosen(['a/x>b/x', 'b/y>c/y'], chain).sort()).toEqual(['a/>b/ 1', 'b/>c/ 1']);
    expect(chosen(['a/x>b/x', 'b/y>a/y'], { whole: ['a/', 'b/'] }).sort()).toEqual(['a/>b/ 1', 'b/>a/ 1']);
  });

  test('where that takes no more requests than moving its files, and making their folders', () => {
    const pairs = ['a/x>b/x', 'a/y>b/y'];
    const facts = { whole: ['a/'], news: ['b/'], newFolders: { 'b/': 1 } };
    expect(chosen(pairs, { ...facts, leftOver: { 'a/>b/': 2 } })).toEqual(['a/>b/ 2']);
    expect(chosen(pairs, { ...facts, leftOver: { 'a/>b/': 3 } })).toEqual([]);
  });

  test('rather than the only folder in it', () => {
    expect(chosen(['a/s/x>b/s/x'], { whole: ['a/', 'a/s/'], news: ['b/', 'b/s/'] })).toEqual(['a/>b/ 1']);
  });

  test('to the one of two places that takes more of its files', () => {
    const pairs = ['a/1>b/1', 'a/2>c/2', 'a/3>c/3'];
    expect(chosen(pairs, { whole: ['a/'], news: ['b/', 'c/'] })).toEqual(['a/>c/ 2']);
  });

  test('to the place that is free, although more of its files go to one that is taken', () => {
    const pairs = ['a/1>b/1', 'a/2>c/2', 'a/3>c/3'];
    expect(chosen(pairs, { whole: ['a/'], news: ['b/'] })).toEqual(['a/>b/ 1']);
  });

  test('and not another to the same place, nor into it: the one with more files', () => {
    const pairs = ['a/1>c/1', 'b/2>c/2', 'b/3>c/3', 'd/4>c/d/4'];
    const facts = { whole: ['a/', 'b/', 'd/'], news: ['c/', 'c/d/'] };
    expect(chosen(pairs, facts)).toEqual(['b/>c/ 2']);
  });

  test('away when more files come into it with another', () => {
    const pairs = ['b/x>c/x', 'a/1>b/a/1', 'a/2>b/a/2'];
    const facts = { whole: ['a/', 'b/'], news: ['c/', 'b/a/'] };
    expect(chosen(pairs, facts)).toEqual(['a/>b/a/ 2']);
  });
});

describe('a folder does not move', () => {
  test.each<[string, string[], Facts]>([
    ['when it holds what is not ours or stays', ['a/x>b/x'], { news: ['b/'] }],
    ['onto a folder that stays', ['a/x>b/x'], { whole: ['a/'] }],
    ['onto one that is all freed but moves nowhere', ['a/x>b/x'], { whole: ['a/', 'b/'] }],
    ['into itself', ['a/x>a/b/x'], { whole: ['a/'], news: ['a/b/'] }],
    ['out of itself onto what holds it', ['a/b/x>a/x'], { whole: ['a/', 'a/b/'], news: ['a/'] }],
    ['when its files only get other names', ['a/x>b/y'], { whole: ['a/'], news: ['b/'] }],
    ['when it is the whole Stage folder', ['x>b/x'], { whole: [''], news: ['b/'] }],
    [
      'when it would bring along what must stay',
      ['a/x>b/x'],
      { whole: ['a/'], news: ['b/'], leftOver: { 'a/>b/': 'never' } },
    ],
    [
      'onto a name whose own folder was to leave and then does not',
      ['a/x>b/x', 'b/y>c/y'],
      { whole: ['a/', 'b/'], news: ['c/'], leftOver: { 'b/>c/': 5 } },
    ],
    [
      'at the beginning of a chain whose end stays',
      ['a/x>b/x', 'b/y>c/y', 'c/z>d/z'],
      { whole: ['a/', 'b/', 'c/'], news: ['d/'], leftOver: { 'c/>d/': 5 } },
    ],
  ])('%s', (_, pairs, facts) => {
    expect(chosen(pairs, facts)).toEqual([]);
  });

  test('into a folder that another move takes away', () => {
    // most files first: b/ goes, and what a/ would be inside it goes along
    const pairs = ['b/1>c/1', 'b/2>c/2', 'a/x>b/a/x'];
    const facts = { whole: ['a/', 'b/'], news: ['c/', 'b/a/'] };
    expect(chosen(pairs, facts)).toEqual(['b/>c/ 2']);
  });

  test('away when more files come into it with another', () => {
    const pairs = ['b/x>c/x', 'a/1>b/a/1', 'a/2>b/a/2'];
    const facts = { whole: ['a/', 'b/'], news: ['c/', 'b/a/'] };
    expect(chosen(pairs, facts)).toEqual(['a/>b/a/ 2']);
  });
});
