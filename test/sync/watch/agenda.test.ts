import { expect, test } from 'vitest';
import { Agenda } from '../../../src/sync/watch/agenda.ts';
import { divideAcknowledgements } from '../../../src/sync/watch/acknowledgements.ts';
import type { Acknowledgement } from '../../../src/sync/watch/acknowledgements.ts';

const folders = (agenda: Agenda, now: number): string[] | 'everything' | undefined => {
  const work = agenda.take(now);
  return work && (work.folders === undefined ? 'everything' : [...work.folders].toSorted());
};

test('hints of one batch are taken together, counted from the first of them', () => {
  const agenda = new Agenda(1000);
  agenda.hint({ folders: ['a/'] }, 0);
  agenda.hint({ folders: ['b/', 'a/'] }, 900);
  expect(agenda).toMatchObject({ nextDueMs: 1000, size: 2, oldestMs: 0 });
  expect(folders(agenda, 999)).toBeUndefined();
  expect(folders(agenda, 1000)).toEqual(['a/', 'b/']);
  expect(agenda).toMatchObject({ nextDueMs: undefined, size: 0, oldestMs: undefined });
});

test('what is to be looked at later waits for its own time', () => {
  const agenda = new Agenda(1000);
  agenda.again(new Set(['late/']), 5000, 0, []);
  agenda.hint({ folders: ['a/'] }, 2000);
  expect(folders(agenda, 3000)).toEqual(['a/']);
  expect(agenda).toMatchObject({ nextDueMs: 5000, oldestMs: 0 });
  expect(folders(agenda, 5000)).toEqual(['late/']);
});

test('a look at everything takes all that waits with it, and the earliest one counts', () => {
  const agenda = new Agenda(1000);
  const settled: string[] = [];
  agenda.again(new Set(['late/']), 9000, 0, [
    { folders: new Set(['late/']), settled: () => settled.push('late') },
  ]);
  agenda.everything('later', 8000, 10);
  agenda.hint({ everything: true, reason: 'lost', settled: () => settled.push('lost') }, 100);
  expect(agenda.nextDueMs).toBe(1100);
  const work = agenda.take(1100);
  expect(work).toMatchObject({ folders: undefined, reason: 'lost', sinceMs: 0 });
  for (const acknowledgement of work!.acknowledgements) acknowledgement.settled();
  expect(settled.toSorted()).toEqual(['late', 'lost']);
  expect(agenda.nextDueMs).toBeUndefined();
});

test('very many folders become a look at everything', () => {
  const agenda = new Agenda(1000);
  agenda.hint({ folders: Array.from({ length: 30_000 }, (_, i) => `${i}/`) }, 0);
  expect(folders(agenda, 1000)).toBe('everything');
});

test('an acknowledgement is settled by the last look that it waits for, one with nothing left to do at once', () => {
  const settled: string[] = [];
  const acknowledgement = (name: string, ...of: string[]): Acknowledgement => ({
    folders: new Set(of),
    settled: () => settled.push(name),
  });
  const acknowledgements = [
    acknowledgement('a', 'a/'),
    acknowledgement('both', 'x/', 'y/'),
    acknowledgement('below', 'gone/deep/'),
    acknowledgement('root', ''),
  ];
  const [moving = [], failed = []] = divideAcknowledgements(
    acknowledgements,
    ['x/file'],
    ['y/file', 'gone/'],
  );
  expect(settled).toEqual(['a']);
  expect(moving.map(({ folders: of }) => Array.from(of))).toEqual([['x/'], ['']]);
  expect(failed.map(({ folders: of }) => Array.from(of))).toEqual([['y/'], ['gone/deep/'], ['']]);
  for (const each of moving) each.settled();
  expect(settled).toEqual(['a']);
  for (const each of failed) each.settled();
  expect(settled.toSorted()).toEqual(['a', 'below', 'both', 'root']);
});
