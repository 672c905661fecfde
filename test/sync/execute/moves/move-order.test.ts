import { expect, test } from 'vitest';
import { MoveOrder } from '../../../../src/sync/execute/moves/move-order.ts';
import type { MoveStep } from '../../../../src/sync/plan/moves/move.ts';

/** Steps that end when the test says so. */
function ordering() {
  const order = new MoveOrder();
  const begun: string[] = [];
  const ends = new Map<string, (isMade: boolean) => void>();
  const step = (from: string, to: string, some: Partial<MoveStep> = {}): void => {
    void order.inTurn({ from, to, ...some }, (isReady) => {
      begun.push(`${from}>${to}${isReady ? '' : ' without'}`);
      return new Promise((resolve) => ends.set(from, resolve));
    });
  };
  const end = async (from: string, isMade = true): Promise<void> => {
    ends.get(from)!(isMade);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  return { step, end, begun };
}
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('a step waits for the one that frees its target', async () => {
  const { step, end, begun } = ordering();
  step('b', 'c');
  step('a', 'b');
  await settled();
  expect(begun).toEqual(['b>c']);
  await end('b');
  expect(begun).toEqual(['b>c', 'a>b']);
});

test('a step waits for the one that brings its origin', async () => {
  const { step, end, begun } = ordering();
  step('a', '~');
  step('~', 'b');
  await settled();
  expect(begun).toEqual(['a>~']);
  await end('a');
  expect(begun).toEqual(['a>~', '~>b']);
});

test.each([true, false])(
  'what is not made is told to what waits, also when that comes later: %s',
  async (later) => {
    const { step, end, begun } = ordering();
    step('b', 'c');
    if (!later) step('a', 'b');
    await settled();
    await end('b', false);
    if (later) step('a', 'b');
    await settled();
    expect(begun).toEqual(['b>c', 'a>b without']);
  },
);

test('independent steps begin at once, and none waits for them', async () => {
  const { step, begun } = ordering();
  step('b', 'c', { independent: true });
  step('a', 'b', { independent: true });
  await settled();
  expect(begun).toEqual(['b>c', 'a>b']);
});
