import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderMoves } from '../../../../src/sync/plan/moves/order-moves.ts';
import type { Move } from '../../../../src/sync/plan/moves/order-moves.ts';

const order = (moves: readonly Move[]): string[] =>
  orderMoves(moves, (move) => `tmp-${move.from}`).map(({ from, to }) => `${from}>${to}`);
const move = (text: string): Move => {
  const [from = '', to = ''] = text.split('>');
  return { from, to };
};

test.each<[string, string[], string[]]>([
  ['independent', ['a>b', 'c>d'], ['a>b', 'c>d']],
  ['a chain: its end first', ['a>b', 'b>c', 'c>d'], ['c>d', 'b>c', 'a>b']],
  ['a chain, met in the middle', ['b>c', 'a>b'], ['b>c', 'a>b']],
  ['a swap: one through a temporary name', ['a>b', 'b>a'], ['a>tmp-a', 'b>a', 'tmp-a>b']],
  ['three in a circle', ['a>b', 'b>c', 'c>a'], ['a>tmp-a', 'c>a', 'b>c', 'tmp-a>b']],
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
      const at = new Map(moves.map(({ from }) => [from, from]));
      let names = 0;
      for (const step of orderMoves(moves, (each) => `tmp${names++}-${each.from}`)) {
        expect(at.has(step.to), `${step.to} is taken`).toBe(false);
        at.set(step.to, at.get(step.from)!);
        at.delete(step.from);
      }
      expect(Object.fromEntries(at)).toEqual(Object.fromEntries(moves.map(({ from, to }) => [to, from])));
    }),
    { numRuns: 2000 },
  );
});

test('a chain may be as long as the files that were renumbered', () => {
  const length = 200_000;
  const moves = Array.from({ length }, (_, at) => ({ from: `${at}`, to: `${at + 1}` }));
  const ordered = orderMoves(moves, () => expect.fail('no cycle'));
  expect([ordered.length, ordered[0]?.from, ordered.at(-1)?.from]).toEqual([length, `${length - 1}`, '0']);
});
