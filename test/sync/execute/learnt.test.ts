import { expect, test } from 'vitest';
import { Learnt } from '../../../src/sync/execute/learnt.ts';

test('a folder that turned out mixed does not move as a whole any more; others do', () => {
  const learnt = new Learnt();
  expect(learnt.mayMove('a/')).toBe(true);
  learnt.isMixed('a/');
  expect([learnt.mayMove('a/'), learnt.mayMove('b/'), learnt.mayMove('a/b/')]).toEqual([false, true, true]);
  expect(learnt.takeAgain()).toBe(true);
});

test('that folders cannot be moved is told once, with the reason', () => {
  const learnt = new Learnt();
  const told: string[] = [];
  for (const reason of ['the first', 'the second'])
    learnt.refuseFolderMoves(
      ({ severity, message }) => told.push(`${severity}: ${message}`),
      new Error(reason),
    );
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^warning: .*one by one: the first$/);
  expect(learnt.mayMove('any/')).toBe(false);
  // it alone is no reason to look again: whoever was refused says so
  expect(learnt.takeAgain()).toBe(false);
});

test('another look is asked for once', () => {
  const learnt = new Learnt();
  expect(learnt.takeAgain()).toBe(false);
  learnt.lookAgain();
  learnt.lookAgain();
  expect([learnt.takeAgain(), learnt.takeAgain()]).toEqual([true, false]);
});
