import { expect, test } from 'vitest';
import { Lessons } from '../../../src/sync/ledger/lessons.ts';
import type { Lesson } from '../../../src/sync/ledger/lessons.ts';
import { fileRow } from '../../support/engine/executing.ts';
import { memoryLedger } from '../../support/engine/memory-ledger.ts';

const waiting = fileRow('a', 1, { pending: true, shownModifiedMs: undefined });

test.each<[string, Lesson, unknown, string | undefined]>([
  [
    'a confirmation ends the wait for a listing',
    { kind: 'confirm', path: 'a', shownModifiedMs: 7 },
    { ...waiting, pending: false, shownModifiedMs: 7 },
    'new',
  ],
  ['a renewal takes the row’s place', { kind: 'renew', row: fileRow('a', 2) }, fileRow('a', 2), 'touched'],
  ['so does an adoption', { kind: 'adopt', row: fileRow('a', 3) }, fileRow('a', 3), 'adopted'],
  ['what neither end has is forgotten', { kind: 'forget', path: 'a' }, undefined, undefined],
  [
    'what is kept is noted beside its row',
    { kind: 'keep', path: 'a', code: 'changed_on_stage', forgets: false },
    waiting,
    'new',
  ],
  [
    'or in its place',
    { kind: 'keep', path: 'a', code: 'not_put_by_us', forgets: true },
    undefined,
    'not_put_by_us',
  ],
])('%s', (_, lesson, row, reason) => {
  const ledger = memoryLedger();
  ledger.put(waiting, 'new');
  const lessons = new Lessons(ledger);
  lessons.add(lesson);
  lessons.write();
  expect(ledger.get('a')).toEqual(row);
  expect(ledger.explain('a')?.reason).toBe(reason);
});

test('lessons are written in order, many in one transaction, and each once', () => {
  const ledger = memoryLedger();
  const lessons = new Lessons(ledger);
  let commits = 0;
  const counted = ledger.transaction.bind(ledger);
  ledger.transaction = (work) => {
    commits++;
    return counted(work);
  };
  for (let at = 0; at < 1001; at++) lessons.add({ kind: 'adopt', row: fileRow(`f${at % 10}`, at) });
  expect([commits, ledger.get('f0')?.size]).toEqual([2, 990]);
  lessons.write();
  lessons.write();
  expect([commits, ledger.get('f0')?.size]).toEqual([3, 1000]);
});
