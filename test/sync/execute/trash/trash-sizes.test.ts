import { expect, test } from 'vitest';
import type { Ledger } from '../../../../src/sync/ledger/ledger.ts';
import { TrashSizes } from '../../../../src/sync/execute/trash/trash-sizes.ts';

const HOUR = 3_600_000;
const at = (hour: number): number => Date.UTC(2026, 0, 1, hour);
const period = (hour: number): string =>
  `.stagesync-trash/until-20260101T${String(hour).padStart(2, '0')}0000Z/`;

function notes(): Ledger {
  const kept = new Map<string, string>();
  return {
    recall: (key: string) => kept.get(key),
    remember: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Ledger;
}

test('a run tells what it kept, and what the pair has kept in all runs', () => {
  const ledger = notes();
  new TrashSizes(ledger).add(period(10), { files: 2, bytes: 20 });
  const second = new TrashSizes(ledger);
  second.add(period(10), { files: 1, bytes: 5 });
  second.add(period(11), { files: 1, bytes: 1 });
  expect(second.report).toEqual({ files: 2, bytes: 6, heldFiles: 4, heldBytes: 26 });
});

test('a sweep is due when something of the pair has expired, and once a day', () => {
  const sizes = new TrashSizes(notes());
  expect(sizes.isSweepDue(at(1))).toBe(true);
  sizes.swept(at(1), new Set());
  expect(sizes.isSweepDue(at(2))).toBe(false);
  sizes.add(period(10), { files: 1, bytes: 1 });
  expect([sizes.isSweepDue(at(9)), sizes.isSweepDue(at(10))]).toEqual([false, true]);
  sizes.swept(at(10), new Set());
  expect([sizes.isSweepDue(at(11)), sizes.isSweepDue(at(10) + 24 * HOUR)]).toEqual([false, true]);
});

test('what is not there any more is not counted, whoever deleted it, and what could not be deleted is', () => {
  const sizes = new TrashSizes(notes());
  for (const hour of [1, 2, 20]) sizes.add(period(hour), { files: 1, bytes: hour });
  sizes.swept(at(3), new Set(['until-20260101T010000Z']));
  expect(sizes.report).toMatchObject({ heldFiles: 1, heldBytes: 1 });
});
