import { expect, test } from 'vitest';
import { joinPaces, recallPace, rememberPace } from '../../src/sync/remembered-pace.ts';
import { memoryLedger } from '../support/engine/memory-ledger.ts';

const AT = 1_700_000_000_000;
const DAY_MS = 86_400_000;

test('what was measured comes back, for a week', () => {
  const ledger = memoryLedger();
  expect(recallPace(ledger, AT)).toBeUndefined();
  const pace = { atOnce: 200, perSecond: 40.5, listMs: 990, changeMs: 1510 };
  rememberPace(ledger, pace, AT);
  expect(recallPace(ledger, AT + 7 * DAY_MS)).toEqual(pace);
  expect(recallPace(ledger, AT + 7 * DAY_MS + 1)).toBeUndefined();
  // a clock that was set back says nothing of how old it is
  expect(recallPace(ledger, AT - 1)).toBeUndefined();
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"at":1700000000000}',
  '{"at":1700000000000,"atOnce":"many"}',
  '{"at":1700000000000,"atOnce":-1}',
])('a record that makes no sense is none: %s', (text) => {
  const ledger = memoryLedger();
  ledger.remember('pace', text);
  expect(recallPace(ledger, AT)).toBeUndefined();
});

test('a run that only lists keeps what an earlier one learnt of changes', () => {
  expect(joinPaces({ atOnce: 8, changeMs: 1500, perSecond: 3 }, { atOnce: 16, listMs: 900 })).toEqual({
    atOnce: 16,
    listMs: 900,
    changeMs: 1500,
  });
  expect(joinPaces({ atOnce: 8 }, undefined)).toEqual({ atOnce: 8 });
});
