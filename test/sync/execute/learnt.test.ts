import { expect, test } from 'vitest';
import { STAGE_WORDS } from '../../../src/destinations/stage/stage-words.ts';
import { SyncError } from '../../../src/model/errors.ts';
import { Learnt } from '../../../src/sync/execute/learnt.ts';

test('a folder that turned out mixed does not move as a whole any more, nor with one around it, nor one in it', () => {
  const learnt = new Learnt();
  expect(learnt.mayMove('a/b/')).toBe(true);
  learnt.isMixed('a/b/');
  expect(['a/b/', 'a/', 'a/b/c/'].map((folder) => learnt.mayMove(folder))).toEqual([false, false, false]);
  // beside it, also where the name begins alike
  expect(['a/bc/', 'a/c/', 'b/', 'ab/'].map((folder) => learnt.mayMove(folder))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(learnt.takeAgain()).toBe(true);
});

test('what is learnt of folders holds for all rounds, and each that turns out mixed asks for another look', () => {
  const learnt = new Learnt();
  learnt.isMixed('a/');
  learnt.takeAgain();
  expect([learnt.mayMove('a/'), learnt.cutsShort]).toEqual([false, false]);
  learnt.isMixed('a/');
  expect([learnt.cutsShort, learnt.takeAgain()]).toEqual([true, true]);
});

test.each<[string, unknown, RegExp]>([
  ['the reason', new Error('the first'), /^warning: .*\(the first\).* one by one$/],
  [
    'the status where there is one, and no reply at length',
    new SyncError('stage_rejected', 'a long reply', {
      verdict: 'skip_entry',
      fact: 'refused',
      details: { status: 405 },
    }),
    /^warning: [^]*\(status 405\)(?![^]*long reply)/,
  ],
])('that folders cannot be moved is told once, with %s', (_, error, wanted) => {
  const learnt = new Learnt();
  const told: string[] = [];
  for (const each of [error, new Error('the second')])
    learnt.refuseFolderMoves(each, {
      words: STAGE_WORDS,
      tell: ({ severity, message }) => told.push(`${severity}: ${message}`),
    });
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(wanted);
  expect(learnt.mayMove('any/')).toBe(false);
  // it alone is no reason to look again: whoever was refused says so
  expect(learnt.takeAgain()).toBe(false);
});

test('another look is asked for once', () => {
  const learnt = new Learnt();
  expect(learnt.takeAgain()).toBe(false);
  learnt.lookAgain();
  learnt.lookAgain();
  expect(learnt.cutsShort).toBe(true);
  expect([learnt.takeAgain(), learnt.takeAgain(), learnt.cutsShort]).toEqual([true, false, false]);
});
