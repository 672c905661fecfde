import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Move } from '../../../../src/sync/plan/moves/move.ts';
import { PlanStore } from '../../../../src/sync/plan/store/plan-store.ts';

function ordered(moves: Iterable<Move>, hiddenName: (move: Move) => string) {
  const store = new PlanStore();
  onTestFinished(() => store[Symbol.dispose]());
  for (const each of moves) store.steps.add('files', each);
  store.steps.order('files', hiddenName);
  return store.steps.of('files');
}

const order = (moves: readonly Move[]): string[] =>
  Array.from(
    ordered(moves, ({ from }) => `tmp-${from}`),
    ({ from, to, independent }) => `${from}>${to}${independent === true ? '' : ' in turn'}`,
  );
const move = (text: string): Move => {
  const [from = '', to = ''] = text.split('>');
  return { from, to };
};

test.each<[string, string[], string[]]>([
  ['independent', ['a>b', 'c>d'], ['a>b', 'c>d']],
  ['a chain: its end first', ['a>b', 'b>c', 'c>d'], ['c>d in turn', 'b>c in turn', 'a>b in turn']],
  ['a chain, met in the middle', ['b>c', 'a>b'], ['b>c in turn', 'a>b in turn']],
  [
    'two chains',
    ['a>b', 'b>x', 'c>a0', 'a0>y'],
    ['b>x in turn', 'a>b in turn', 'a0>y in turn', 'c>a0 in turn'],
  ],
  [
    'a swap: one through a temporary name',
    ['a>b', 'b>a'],
    ['b>tmp-b in turn', 'a>b in turn', 'tmp-b>a in turn'],
  ],
  [
    'three in a circle',
    ['a>b', 'b>c', 'c>a'],
    ['c>tmp-c in turn', 'b>c in turn', 'a>b in turn', 'tmp-c>a in turn'],
  ],
  ['nothing', [], []],
])('%s', (_, moves, expected) => {
  expect(order(moves.map(move))).toEqual(expected);
});

test('in any set of moves no target is taken when its turn comes, and everything arrives', () => {
  const permutation = fc
    .uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 10 })
    .chain((from) =>
      fc
        .shuffledSubarray([...Array(13).keys()], { minLength: from.length, maxLength: from.length })
        .map((to) => from.map((each, i) => ({ from: `n${each}`, to: `n${to[i]}` })))
        .map((moves) => moves.filter((each) => each.from !== each.to)),
    );
  fc.assert(
    fc.property(permutation, (moves) => {
      using store = new PlanStore();
      for (const each of moves) store.steps.add('files', each);
      let names = 0;
      store.steps.order('files', (each) => `tmp${names++}-${each.from}`);
      const at = new Map(moves.map(({ from }) => [from, from]));
      const needed = new Set<string>();
      for (const { from, to, independent } of store.steps.of('files')) {
        expect(at.has(to), `${to} is taken`).toBe(false);
        // what is in no order must not be waited for, nor wait
        if (independent === true) for (const path of [from, to]) expect(needed.has(path)).toBe(false);
        for (const path of [from, to]) needed.add(path);
        at.set(to, at.get(from)!);
        at.delete(from);
      }
      expect(Object.fromEntries(at)).toEqual(Object.fromEntries(moves.map(({ from, to }) => [to, from])));
    }),
    { numRuns: 300 },
  );
});

test('a chain may be as long as the files that were renumbered', () => {
  const length = 20_000;
  const moves = Array.from({ length }, (_, at) => ({ from: `${at}`, to: `${at + 1}` }));
  let count = 0;
  for (const { from } of ordered(moves, () => expect.fail('no cycle')))
    expect(from).toBe(String(length - ++count));
  expect(count).toBe(length);
});
